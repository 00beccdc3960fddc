const shortestUs = 6

/**
 * For how long after traffic it is worth looking again and again, instead of going to sleep. A window that ends in vain
 * halves the next one, down to none; one that ends with a message, or a sleep that was over at once, restores it.
 */
export class HotWindow {
  readonly #longestMs: number
  #lengthMs: number
  #openedMs = 0
  #sleptMs = 0

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
  }

  /** The window ended with nothing; from now on its owner sleeps. */
  miss(nowMs: number): void {
    this.#lengthMs = this.#lengthMs * 1000 > 2 * shortestUs ? this.#lengthMs / 2 : 0
    this.#sleptMs = nowMs
  }

  /** Woken. A short sleep means that traffic is hot and that a longer look would have caught it. */
  woken(nowMs: number): void {
    if (nowMs - this.#sleptMs < 4 * this.#longestMs) this.hit()
    this.open(nowMs)
  }
}
