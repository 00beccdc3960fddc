/** Which messages there are: both ends know them beforehand, each by its number. */
export interface Content {
  sizeOf(index: number): number
  typeOf(index: number): number
  payload(index: number): Uint8Array
  /** Whether these are the bytes of a message whose size was compared already. */
  equals(index: number, bytes: Uint8Array, start: number): boolean
  /** The number that a message says it has; −1: none that there is. */
  identify(typeId: number, bytes: Uint8Array, start: number, size: number, near: number): number
}

const noiseBytes = 1 << 20
const noise = makeNoise()

function makeNoise(): Buffer {
  const words = new Uint32Array(noiseBytes / 4)
  let state = 0x2545_f491
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[at] = state
  }
  return Buffer.from(words.buffer)
}

/** 32 bits that depend on all bits of both. */
function mix(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ Math.imul(index + 1, 0x9e37_79b1), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/**
 * Messages whose type is their number, and whose size and bytes follow from it and the seed. Sizes are spread evenly over
 * their logarithms, from 0 to the largest, so that a large ring sees both the smallest messages and the largest.
 */
export class NumberedContent implements Content {
  readonly #seed: number
  readonly #mostBytes: number
  readonly #logarithm: number

  constructor(seed: number, mostBytes: number) {
    this.#seed = seed
    this.#mostBytes = mostBytes
    this.#logarithm = Math.log(mostBytes + 2)
  }

  sizeOf(index: number): number {
    const share = mix(this.#seed, index) / 2 ** 32
    return Math.min(this.#mostBytes, Math.floor(Math.exp(share * this.#logarithm)) - 1)
  }

  typeOf(index: number): number {
    return index >>> 0
  }

  payload(index: number): Uint8Array {
    const size = this.sizeOf(index)
    const start = this.#startOf(index)
    if (start + size <= noiseBytes) return noise.subarray(start, start + size)
    const bytes = Buffer.allocUnsafe(size)
    for (let at = 0; at < size; ) at += noise.copy(bytes, at, (start + at) % noiseBytes)
    return bytes
  }

  equals(index: number, bytes: Uint8Array, start: number): boolean {
    const size = this.sizeOf(index)
    const from = this.#startOf(index)
    for (let at = 0; at < size; ) {
      const begin = (from + at) % noiseBytes
      const length = Math.min(size - at, noiseBytes - begin)
      if (noise.compare(bytes, start + at, start + at + length, begin, begin + length) !== 0) return false
      at += length
    }
    return true
  }

  identify(typeId: number): number {
    return typeId
  }

  #startOf(index: number): number {
    return mix(~this.#seed, index) % noiseBytes
  }
}
