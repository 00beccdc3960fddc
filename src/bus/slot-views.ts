import { ALIGNMENT } from '../ring/ring-descriptor.js'

/** In a ring with more slots, each comes round so rarely that keeping its views costs more than making them again. */
const mostSlots = 1024

/**
 * The views that guards hand out. In a small ring each slot comes round again and again, mostly with messages of one size:
 * its views are kept, which saves the making, and the garbage.
 */
export class SlotViews {
  readonly #buffer: ArrayBufferLike
  /** Of slots that views are kept of: all of the ring's, or none. A slot's number is its offset, modulo this. */
  readonly #slots: number
  readonly #bytes: (Uint8Array | undefined)[]
  readonly #views: (DataView | undefined)[]
  /** Lengths of `#views`, which take long to tell them on Node 20. */
  readonly #viewLengths: Int32Array

  constructor(buffer: ArrayBufferLike, capacityBytes: number) {
    const slots = capacityBytes / ALIGNMENT
    this.#buffer = buffer
    this.#slots = slots <= mostSlots ? slots : 0
    this.#bytes = new Array(this.#slots).fill(undefined)
    this.#views = new Array(this.#slots).fill(undefined)
    this.#viewLengths = new Int32Array(this.#slots)
  }

  /** @param offset of a payload in the buffer: a multiple of 64 */
  bytesAt(offset: number, length: number): Uint8Array {
    if (this.#slots === 0) return new Uint8Array(this.#buffer, offset, length)
    const slot = (offset / ALIGNMENT) & (this.#slots - 1)
    const kept = this.#bytes[slot]
    if (kept !== undefined && kept.length === length) return kept
    const made = new Uint8Array(this.#buffer, offset, length)
    this.#bytes[slot] = made
    return made
  }

  /** @param offset of a payload in the buffer: a multiple of 64 */
  viewAt(offset: number, length: number): DataView {
    if (this.#slots === 0) return new DataView(this.#buffer, offset, length)
    const slot = (offset / ALIGNMENT) & (this.#slots - 1)
    const kept = this.#views[slot]
    if (kept !== undefined && this.#viewLengths[slot] === length) return kept
    const made = new DataView(this.#buffer, offset, length)
    this.#views[slot] = made
    this.#viewLengths[slot] = length
    return made
  }
}
