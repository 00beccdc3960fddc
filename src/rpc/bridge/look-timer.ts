const busyMs = 50
const idleMs = 250

/** Looks from time to time at what nobody tells: often while something waits, seldom else. Never delays the exit. */
export class LookTimer {
  readonly #look: () => boolean
  #timer: NodeJS.Timeout | undefined
  #isBusy = false
  #stopped = false

  /** @param look returns whether something waits */
  constructor(look: () => boolean) {
    this.#look = look
    this.#start(false)
  }

  /** Something waits now. */
  hurry(): void {
    if (!this.#isBusy && !this.#stopped) this.#start(true)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #start(isBusy: boolean): void {
    clearTimeout(this.#timer)
    this.#isBusy = isBusy
    this.#timer = setTimeout(
      () => {
        const goesOn = this.#look()
        if (!this.#stopped) this.#start(goesOn)
      },
      isBusy ? busyMs : idleMs,
    ).unref()
  }
}
