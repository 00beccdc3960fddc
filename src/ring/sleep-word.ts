import { exchangeIf, loadAcquire, storeRelease } from './atomics.js'
import {
  CONSUMER_WORD_OFFSET,
  HEAD_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_FATAL,
  STATE_OFFSET,
  TAIL_OFFSET,
  WORD_AWAKE,
  WORD_DOORBELL,
  WORD_FUTEX,
} from './ring-descriptor.js'

const wordBytes = Int32Array.BYTES_PER_ELEMENT
const stateIndex = STATE_OFFSET / wordBytes

/**
 * How one side sleeps until the other moves its position: the word that the sleeper writes, and the position it waits
 * for. Both sides hold one of these on the same two words.
 */
export class SleepWord {
  readonly wordOffset: number
  readonly positionOffset: number
  readonly #words: Int32Array
  readonly #word: number
  readonly #position: number

  constructor(words: Int32Array, wordOffset: number, positionOffset: number) {
    this.wordOffset = wordOffset
    this.positionOffset = positionOffset
    this.#words = words
    this.#word = wordOffset / wordBytes
    this.#position = positionOffset / wordBytes
  }

  /** The consumer sleeps until the head moves. */
  static ofConsumer(words: Int32Array): SleepWord {
    return new SleepWord(words, CONSUMER_WORD_OFFSET, HEAD_OFFSET)
  }

  /** The producer sleeps until the tail moves; between native peers only. */
  static ofProducer(words: Int32Array): SleepWord {
    return new SleepWord(words, PRODUCER_WORD_OFFSET, TAIL_OFFSET)
  }

  /**
   * Sleeper: says that it sleeps, then looks once more.
   * @param seen the position as the caller last saw it
   * @returns false when the position has moved or the ring is fatal: do not sleep, the word is awake again
   */
  arm(kind: typeof WORD_FUTEX | typeof WORD_DOORBELL, seen: number): boolean {
    // SYNC no-lost-wake: word, then position and state; other end: takeSleeper, called after one of them was stored.
    storeRelease(this.#words, this.#word, kind)
    const moved = loadAcquire(this.#words, this.#position) !== seen
    if (!moved && loadAcquire(this.#words, stateIndex) !== STATE_FATAL) return true
    this.disarm()
    return false
  }

  /** Sleeper: says that it is awake. */
  disarm(): void {
    storeRelease(this.#words, this.#word, WORD_AWAKE)
  }

  /**
   * Waker, after it published its position or declared the ring fatal: takes the sleeper off the word.
   * @returns how the other side sleeps, and this caller alone must wake it; `WORD_AWAKE` when there is nothing to do
   */
  takeSleeper(): number {
    // SYNC no-lost-wake: position or state (stored by our caller), then word; other end: arm.
    const kind = loadAcquire(this.#words, this.#word)
    if (kind !== WORD_FUTEX && kind !== WORD_DOORBELL) return WORD_AWAKE
    // Not a plain exchange: between the load and here the sleeper may have set another value, pure spin among them.
    return exchangeIf(this.#words, this.#word, kind, WORD_AWAKE) ? kind : WORD_AWAKE
  }
}
