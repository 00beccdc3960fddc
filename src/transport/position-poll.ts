import { loadAcquire } from '../ring/atomics.js'

const firstDelayMs = 1
const longestDelayMs = 4

/** Looks at a position from the event loop, less and less often: for a peer that wakes nobody. Never delays the exit. */
export class PositionPoll {
  readonly #words: Int32Array
  readonly #index: number
  #timer: NodeJS.Timeout | undefined

  /** @param offset of the position in the ring's header */
  constructor(words: Int32Array, offset: number) {
    this.#words = words
    this.#index = offset / Int32Array.BYTES_PER_ELEMENT
  }

  /** Calls `wake` once when the position differs from `seen`; in place of what an earlier call asked for. */
  start(seen: number, wake: () => void): void {
    this.stop()
    this.#lookAfter(firstDelayMs, seen, wake)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #lookAfter(delayMs: number, seen: number, wake: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (loadAcquire(this.#words, this.#index) !== seen) wake()
      else this.#lookAfter(Math.min(delayMs + 1, longestDelayMs), seen, wake)
    }, delayMs).unref()
  }
}
