import { DATA_OFFSET } from './ring-descriptor.js'
import type { RingMemory } from './ring-memory.js'

/** Up to here words beat `set`, whose call alone takes as long. */
const longestByWordsBytes = 64

const noWords = new Int32Array(0)

/**
 * Copies payloads into the ring. `set` is right for most. But small messages tend to be sent from one scratch buffer, whose
 * bytes were written a moment ago, and for these a copy by words is faster: `set` is a call, and its wide loads wait for the
 * narrow stores before them. The view as words costs more than it saves, so it is made when a buffer comes again.
 */
export class PayloadCopier {
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  /** What was sent last; kept until something else is sent. */
  #last: Uint8Array | undefined
  /** The same memory as words, from the second time on; else of no length that a payload has. */
  #lastWords: Int32Array = noWords

  constructor(memory: RingMemory) {
    this.#bytes = memory.bytes
    this.#words = memory.words
  }

  /**
   * @param size of `source`
   * @param index where to, in the data area: a multiple of 64
   */
  copy(source: Uint8Array, size: number, index: number): void {
    const from = this.#lastWords
    const count = size >>> 2
    // The length is compared each time: a view of a resizable or detached buffer does not keep it.
    if (source !== this.#last || from.length !== count || (size & 3) !== 0) {
      this.#copyBytes(source, size, index)
      return
    }
    const to = (DATA_OFFSET + index) >>> 2
    const words = this.#words
    for (let word = 0; word < count; word++) words[to + word] = from[word] as number
  }

  #copyBytes(source: Uint8Array, size: number, index: number): void {
    if (size === 0) return
    this.#bytes.set(source, index)
    const again = source === this.#last
    this.#last = source
    this.#lastWords = again && isWords(source) ? new Int32Array(source.buffer, source.byteOffset, size >>> 2) : noWords
  }
}

function isWords({ length, byteOffset }: Uint8Array): boolean {
  return length <= longestByWordsBytes && ((length | byteOffset) & 3) === 0
}
