import { storeRelease, storeReleaseLong } from './atomics.js'
import type { RingMemory } from './ring-memory.js'

/**
 * Positions count bytes and only grow. They are 64 bits wide on the wire; here a position is its low 32 bits as a signed
 * integer, which V8 keeps unboxed. The two sides are never more than 2^31 apart, so the low words tell every distance.
 */

/** Bytes from one position to a later one, 0 to 2^32 − 1. */
export function distance(from: number, to: number): number {
  return (to - from) >>> 0
}

export function advance(position: number, lengthBytes: number): number {
  return (position + lengthBytes) | 0
}

/** The one writer of a shared 64-bit position. */
export class PublishedPosition {
  readonly #words: Int32Array
  readonly #longs: BigInt64Array
  readonly #wordIndex: number
  /** What the other side sees now. Written by us alone. */
  #low: number
  #high: number

  constructor(memory: RingMemory, offset: number) {
    this.#words = memory.words
    this.#longs = memory.longs
    this.#wordIndex = offset / Int32Array.BYTES_PER_ELEMENT
    this.#low = this.#words[this.#wordIndex] as number
    this.#high = this.#words[this.#wordIndex + 1] as number
  }

  get low(): number {
    return this.#low
  }

  /**
   * A C++ peer reads all eight bytes at once. Storing the low half alone is right while the high half stays; when it
   * changes, one 64-bit store keeps that reader from seeing a new half beside an old one.
   * @param position at most 2^31 bytes after the last one published
   */
  publish(position: number): void {
    const carried = position >>> 0 < this.#low >>> 0
    this.#low = position
    if (carried) this.#publishBothHalves()
    else storeRelease(this.#words, this.#wordIndex, position)
  }

  #publishBothHalves(): void {
    this.#high = (this.#high + 1) | 0
    const both = (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0)
    storeReleaseLong(this.#longs, this.#wordIndex / 2, both)
  }
}
