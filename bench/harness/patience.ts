/** So many looks in vain take seconds. */
const looks = 2 ** 30

/** Ends a loop that looks for a partner who is gone, instead of occupying a processor for ever. */
export class Patience {
  #left = looks

  /** Looked in vain. @throws at last */
  lose(): void {
    if (--this.#left === 0) throw new Error(`the other side did nothing for ${looks} looks`)
  }

  restore(): void {
    this.#left = looks
  }
}
