import { yieldCpu } from '../../ffi/index.js'

/** Lets another thread that waits for this processor have it. */
export function yieldProcessor(): void {
  yieldCpu()
}

const firstDelayMs = 1
const longestDelayMs = 8

/** Looks again and again, from the event loop, less and less often; never delays the exit. */
export class SlowPoll {
  readonly #look: () => void
  #delayMs = firstDelayMs
  #timer: NodeJS.Timeout | undefined

  constructor(look: () => void) {
    this.#look = look
  }

  /** Calls `look` once, a little later than the last time. */
  again(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#look()
    }, this.#delayMs).unref()
    this.#delayMs = Math.min(2 * this.#delayMs, longestDelayMs)
  }

  /** What was waited for is there. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    this.#delayMs = firstDelayMs
  }
}
