/** The largest message of the stream. */
export const largestBytes = 16_384

const noiseBytes = 65_536

/** What one end of a stream saw, or sent. */
export interface StreamReport {
  readonly messages: number
  readonly bytes: number
  /** Over number, size and every byte of each message, in order. */
  readonly checksum: number
  /** How many messages were right before the first that was not the one expected; -1: all were. */
  readonly firstWrong: number
}

function mixed(index: number): number {
  let x = Math.imul(index + 1, 0x9e37_79b1)
  x = Math.imul(x ^ (x >>> 15), 0x85eb_ca6b)
  return (x ^ (x >>> 13)) >>> 0
}

function sizeOf(index: number): number {
  if (index % 1024 === 1023) return mixed(index) % (largestBytes + 1)
  if (index % 16 === 15) return mixed(index) % 513
  return mixed(index) % 65
}

/** Messages that both ends know beforehand: size and every byte of each follow from its number, which is its type id. */
export class NumberedStream {
  readonly #noise = new Uint8Array(noiseBytes + largestBytes)
  readonly #message = new Uint8Array(largestBytes)

  constructor() {
    for (let at = 0; at < this.#noise.length; at++) this.#noise[at] = mixed(at)
  }

  /** @returns the same memory each time */
  message(index: number): Uint8Array {
    const size = sizeOf(index)
    const offset = mixed(~index) % noiseBytes
    const message = this.#message.subarray(0, size)
    message.set(this.#noise.subarray(offset, offset + size))
    // Two messages may be the same stretch of noise; their numbers are not.
    for (let at = 0; at < 4 && at < size; at++) message[at] = (message[at] as number) ^ (index >>> (8 * at))
    return message
  }
}

/** Follows a stream message by message. */
export class StreamCheck {
  readonly #stream = new NumberedStream()
  #messages = 0
  #bytes = 0
  #checksum = 0x811c_9dc5
  #firstWrong = -1

  /** How many messages it was shown: the number of the next one. */
  get messages(): number {
    return this.#messages
  }

  /** The message that should come next. @returns the same memory each time */
  expected(): Uint8Array {
    return this.#stream.message(this.#messages)
  }

  add(typeId: number, bytes: Uint8Array): void {
    const expected = this.expected()
    let right = typeId === this.#messages && bytes.length === expected.length
    let checksum = Math.imul(this.#checksum ^ typeId, 0x0100_0193)
    checksum = Math.imul(checksum ^ bytes.length, 0x0100_0193)
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      checksum = Math.imul(checksum ^ byte, 0x0100_0193)
      right &&= byte === expected[at]
    }
    if (!right && this.#firstWrong < 0) this.#firstWrong = this.#messages
    this.#checksum = checksum
    this.#messages += 1
    this.#bytes += bytes.length
  }

  get report(): StreamReport {
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      checksum: this.#checksum >>> 0,
      firstWrong: this.#firstWrong,
    }
  }
}

/** What both ends of a stream of so many messages report when all is well. */
export function reportOf(count: number): StreamReport {
  const check = new StreamCheck()
  const stream = new NumberedStream()
  for (let index = 0; index < count; index++) check.add(index, stream.message(index))
  return check.report
}
