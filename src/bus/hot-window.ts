const shortestUs = 6

/** Short sleeps, at most, before another try at a window that has so far been in vain. */
const mostSleepsToRestore = 64

/**
 * For how long after traffic it is worth looking again and again, instead of going to sleep. A window that ends in vain
 * halves the next one, down to none; one that ends with a message restores it.
 *
 * So does a sleep that was over at once, since a longer look might have saved it. Where both sides share a processor it would
 * not: the other one cannot act while we look. So every time that this was tried in vain, the next try takes twice as many
 * short sleeps.
 */
export class HotWindow {
  readonly #longestMs: number
  #lengthMs: number
  #openedMs = 0
  #sleptMs = 0
  /** Since the length was restored last. */
  #shortSleeps = 0
  #sleepsToRestore = 1

  /** @param hotUs longest window, in microseconds; 0 for never */
  constructor(hotUs: number) {
    this.#longestMs = hotUs / 1000
    this.#lengthMs = this.#longestMs
  }

  open(nowMs: number): void {
    this.#openedMs = nowMs
  }

  isOpen(nowMs: number): boolean {
    return nowMs - this.#openedMs < this.#lengthMs
  }

  /** What was waited for came while the window was open. */
  hit(): void {
    this.#lengthMs = this.#longestMs
    this.#shortSleeps = 0
    this.#sleepsToRestore = 1
  }

  /** The window ended with nothing; from now on its owner sleeps. */
  miss(nowMs: number): void {
    this.#lengthMs = this.#lengthMs * 1000 > 2 * shortestUs ? this.#lengthMs / 2 : 0
    this.#sleptMs = nowMs
  }

  /** Woken. A short sleep means that traffic is hot, and that a longer look might have caught it. */
  woken(nowMs: number): void {
    if (nowMs - this.#sleptMs < 4 * this.#longestMs && ++this.#shortSleeps >= this.#sleepsToRestore) {
      this.#lengthMs = this.#longestMs
      this.#shortSleeps = 0
      this.#sleepsToRestore = Math.min(2 * this.#sleepsToRestore, mostSleepsToRestore)
    }
    this.open(nowMs)
  }
}
