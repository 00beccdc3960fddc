/** A day, which no timer outlives in one piece: the timer is there to be held, not to fire. */
const longMs = 86_400_000

interface RefTimer {
  ref?(): unknown
  unref?(): unknown
}

/** Keeps the event loop alive while somebody waits; a bus that nobody waits on keeps nothing alive. */
export class KeepAlive {
  #timer: ReturnType<typeof setInterval> | undefined
  #held = false
  #allowed = true

  hold(): void {
    if (this.#held) return
    this.#held = true
    this.#apply()
  }

  drop(): void {
    if (!this.#held) return
    this.#held = false
    this.#apply()
  }

  /** Whether a wait may keep the process alive at all: `ref()` and `unref()`. */
  allow(allowed: boolean): void {
    this.#allowed = allowed
    this.#apply()
  }

  dispose(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer)
    this.#timer = undefined
    this.#held = false
    this.#allowed = false
  }

  #apply(): void {
    const wanted = this.#held && this.#allowed
    if (this.#timer === undefined) {
      if (!wanted) return
      this.#timer = setInterval(() => undefined, longMs)
      return
    }
    const timer = this.#timer as unknown as RefTimer
    if (wanted) timer.ref?.()
    else timer.unref?.()
  }
}
