import { MemoryMapping } from '../../ffi/index.js'
import { DATA_OFFSET } from '../../src/ring/ring-descriptor.js'

const wordBytes = Int32Array.BYTES_PER_ELEMENT
/** Far enough apart that neither a cache line nor the prefetcher of neighbouring lines joins two of them. */
const cellWords = 64

/** Behind the header of a ring, for tests that lay one over the same memory. */
const firstCell = 256

function cellAt(number: number): number {
  return firstCell + number * cellWords
}

/** What the sides share, each in cache lines of its own. Indices of words. */
export const cell = {
  arrived: [cellAt(0), cellAt(1)],
  command: cellAt(2),
  x: cellAt(3),
  y: cellAt(4),
  flag: cellAt(5),
  acknowledged: cellAt(6),
} as const

/** From here on: what one side hands the other at the end of a batch, and payloads. */
export const resultsOffset = 4096
export const payloadOffset = 131_072
/** A ring of two threads fits it exactly: its header, and a power of two. */
export const arenaBytes = DATA_OFFSET + 2 ** 25

/** Memory that both sides see: of two processes, mapped; of two threads, a `SharedArrayBuffer`. */
export class Arena {
  readonly buffer: ArrayBufferLike
  readonly words: Int32Array
  readonly longs: BigInt64Array
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Undefined between threads. */
  readonly mapping: MemoryMapping | undefined

  constructor(memory: MemoryMapping | SharedArrayBuffer) {
    this.mapping = memory instanceof MemoryMapping ? memory : undefined
    this.buffer = memory instanceof MemoryMapping ? memory.buffer : memory
    this.words = new Int32Array(this.buffer)
    this.longs = new BigInt64Array(this.buffer)
    this.bytes = new Uint8Array(this.buffer)
    this.view = new DataView(this.buffer)
  }

  /** The address that this side's kernel calls know a word by. */
  addressOf(index: number): bigint {
    if (this.mapping === undefined) throw new Error('a SharedArrayBuffer has no address here')
    return this.mapping.address + BigInt(index * wordBytes)
  }
}
