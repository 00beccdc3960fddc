import { DATA_OFFSET } from './ring-descriptor.js'

/**
 * The views through which one side sees one ring. Capacity is a private copy, validated by whoever made this: it is never
 * read from the shared header again.
 */
export class RingMemory {
  readonly capacityBytes: number
  /** Header and data area as 32-bit words. */
  readonly words: Int32Array
  /** Header and data area as 64-bit words, for the rare store that changes the high half of a position. */
  readonly longs: BigInt64Array
  /** The data area alone. */
  readonly bytes: Uint8Array
  /** The data area alone. */
  readonly view: DataView

  /** @param buffer holds at least `768 + capacityBytes` bytes from its beginning */
  constructor(buffer: ArrayBufferLike, capacityBytes: number) {
    const lengthBytes = DATA_OFFSET + capacityBytes
    this.capacityBytes = capacityBytes
    this.words = new Int32Array(buffer, 0, lengthBytes / Int32Array.BYTES_PER_ELEMENT)
    this.longs = new BigInt64Array(buffer, 0, lengthBytes / BigInt64Array.BYTES_PER_ELEMENT)
    this.bytes = new Uint8Array(buffer, DATA_OFFSET, capacityBytes)
    this.view = new DataView(buffer, DATA_OFFSET, capacityBytes)
  }
}
