import { crc32 } from 'node:zlib'

/**
 * The messages that both ends of an interop test know beforehand; the same as `stand-in/stream.h` says, where the rules
 * are written out, and as the drivers in `tachyon/` make them.
 */
export const maxStreamPayloadBytes = 2 ** 19

const noiseBytes = 2 ** 20

function draw(random: number): number {
  let x = random
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  return x >>> 0
}

interface SizeRange {
  readonly least: number
  readonly most: number
}

function parseSizes(text: string): SizeRange[] {
  return text.split(',').map((item) => {
    const [least = Number.NaN, most = least] = item.split('-').map(Number)
    if (!(least >= 0 && least <= most && most <= maxStreamPayloadBytes)) throw new RangeError(`sizes: ${text}`)
    return { least, most }
  })
}

/** Walks the stream: after each `next()` the fields describe one message, without allocating. */
export class MessageStream {
  /** Message payloads are stretches of this. */
  readonly noise = Buffer.alloc(noiseBytes)
  size = 0
  typeId = 0
  /** Where in `noise` the payload begins. */
  offset = 0
  #index = 0
  #random: number
  readonly #sizes: readonly SizeRange[]

  /** @param sizes payload sizes in turn, each `N` or `A-B`, with commas between them */
  constructor(seed: number, sizes: string) {
    this.#random = seed === 0 ? 1 : seed
    this.#sizes = parseSizes(sizes)
    for (let at = 0; at < noiseBytes; at += 4) this.noise.writeUInt32LE(this.#draw(), at)
  }

  next(): void {
    const a = this.#draw()
    const b = this.#draw()
    const c = this.#draw()
    const range = this.#sizes[this.#index % this.#sizes.length] as SizeRange
    this.size = range.least + (b % (range.most - range.least + 1))
    this.typeId = a
    if (this.#index % 64 === 0) this.typeId = 0xffff_ffff
    else if (this.#index % 64 === 1) this.typeId = 0x8000_0000
    else if (this.#index % 64 === 2) this.typeId = 0
    this.offset = c % maxStreamPayloadBytes
    this.#index += 1
  }

  /** The message of the last `next()`, as a view of the noise. */
  payload(): Buffer {
    return this.noise.subarray(this.offset, this.offset + this.size)
  }

  /** Is this the message of the last `next()`? */
  equals(bytes: Uint8Array, typeId: number): boolean {
    return (
      bytes.length === this.size &&
      typeId === this.typeId &&
      this.noise.compare(bytes, 0, bytes.length, this.offset, this.offset + this.size) === 0
    )
  }

  #draw(): number {
    this.#random = draw(this.#random)
    return this.#random
  }
}

/** CRC-32 over size, type id and payload of each message in turn, and the counts beside it. */
export class StreamDigest {
  messages = 0
  bytes = 0
  #crc = 0
  readonly #head = Buffer.alloc(8)

  add(payload: Uint8Array, typeId: number): void {
    this.#head.writeUInt32LE(payload.length, 0)
    this.#head.writeUInt32LE(typeId, 4)
    this.#crc = crc32(payload, crc32(this.#head, this.#crc))
    this.messages += 1
    this.bytes += payload.length
  }

  get hash(): string {
    return this.#crc.toString(16).padStart(8, '0')
  }
}
