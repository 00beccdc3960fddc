import { futexWait } from '../../ffi/index.js'
import { WORD_DOORBELL, WORD_FUTEX } from '../ring/ring-descriptor.js'
import type { SleepWord } from '../ring/sleep-word.js'
import type { Sleeper } from './link.js'

/** Sleeps before a native peer, which takes us off our word and wakes us in the way that the word says. */
export class NativeSleeper implements Sleeper {
  readonly canBlock = true
  readonly #word: SleepWord
  readonly #wordAddress: bigint
  #wake: (() => void) | undefined

  constructor(word: SleepWord, wordAddress: bigint) {
    this.#word = word
    this.#wordAddress = wordAddress
  }

  sleepSync(seen: number, sliceMs: number): void {
    if (!this.#word.arm(WORD_FUTEX, seen)) return
    futexWait(this.#wordAddress, WORD_FUTEX, sliceMs)
    this.#word.disarm()
  }

  arm(seen: number, wake: () => void): boolean {
    if (!this.#word.arm(WORD_DOORBELL, seen)) return false
    this.#wake = wake
    return true
  }

  disarm(): void {
    if (this.#wake === undefined) return
    this.#wake = undefined
    this.#word.disarm()
  }

  /** A bell does not say for whom it is, nor for which sleep: waking for nothing is allowed. */
  bell(): void {
    const wake = this.#wake
    if (wake === undefined) return
    this.disarm()
    wake()
  }
}
