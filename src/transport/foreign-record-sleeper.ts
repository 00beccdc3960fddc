import { FutexWatcher, futexWait, futexWaitv, hasFutexWaitv } from '../../ffi/index.js'
import { loadAcquire } from '../ring/atomics.js'
import { CONSUMER_WORD_OFFSET, HEAD_OFFSET, WORD_FUTEX } from '../ring/ring-descriptor.js'
import { SleepWord } from '../ring/sleep-word.js'
import type { Sleeper } from './link.js'
import { PositionPoll } from './position-poll.js'
import type { Region } from './region.js'

const headIndex = HEAD_OFFSET / Int32Array.BYTES_PER_ELEMENT
/** Without `futex_waitv` a wake-up can be lost: see below. Then it is found out this late. */
const longestUnpairedWaitMs = 2

/**
 * A consumer waits for records of a foreign producer, which knows one way to wake: a futex on the consumer word. It leaves
 * the word as it is, so the kernel must compare the head too, or a record published between our look and our sleep would
 * go unnoticed until the next one.
 */
export class ForeignRecordSleeper implements Sleeper {
  readonly canBlock = true
  readonly #words: Int32Array
  readonly #word: SleepWord
  readonly #wordAddress: bigint
  readonly #headAddress: bigint
  readonly #poll: PositionPoll
  /** Our place in the watcher's list, from the first `arm` on: who only ever blocks needs no watcher. */
  #id: number | undefined

  constructor(region: Region) {
    this.#words = region.memory.words
    this.#word = SleepWord.ofConsumer(this.#words)
    this.#poll = new PositionPoll(this.#words, HEAD_OFFSET)
    this.#wordAddress = region.addressOf(CONSUMER_WORD_OFFSET)
    this.#headAddress = region.addressOf(HEAD_OFFSET)
  }

  sleepSync(seen: number, sliceMs: number): void {
    if (!this.#word.arm(WORD_FUTEX, seen)) return
    if (hasFutexWaitv()) {
      futexWaitv(
        [
          { address: this.#wordAddress, expected: WORD_FUTEX },
          { address: this.#headAddress, expected: seen >>> 0 },
        ],
        sliceMs,
      )
    } else {
      futexWait(this.#wordAddress, WORD_FUTEX, Math.min(sliceMs, longestUnpairedWaitMs))
    }
    this.#word.disarm()
  }

  arm(seen: number, wake: () => void): boolean {
    if (loadAcquire(this.#words, headIndex) !== seen) return false
    const id = this.#watchedId()
    if (id === undefined) this.#poll.start(seen, wake)
    else FutexWatcher.shared().arm(id, seen, wake)
    return true
  }

  disarm(): void {
    this.#poll.stop()
    if (this.#id !== undefined) FutexWatcher.shared().disarm(this.#id)
  }

  /** @returns undefined when the watcher has as many rings as it can watch: this one is then looked at by a timer */
  #watchedId(): number | undefined {
    const ring = { wordAddress: this.#wordAddress, positionAddress: this.#headAddress }
    try {
      this.#id ??= FutexWatcher.shared().add(ring)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
    return this.#id
  }

  /** Resolves when nothing touches the ring's memory on our behalf any more. */
  async release(): Promise<void> {
    if (this.#id === undefined) return
    const id = this.#id
    this.#id = undefined
    await FutexWatcher.shared().remove(id)
  }
}
