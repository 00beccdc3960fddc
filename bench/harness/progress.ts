const usualColumns = 80

/** One line on the terminal that says what is going on; nothing where stderr is no terminal. */
export class Progress {
  readonly #stream = process.stderr
  #shown = false

  show(text: string): void {
    if (!this.#stream.isTTY) return
    this.#shown = true
    // A longer line would wrap, and only its last part be cleared.
    this.#stream.write(`\r\x1b[2K${text.slice(0, (this.#stream.columns || usualColumns) - 1)}`)
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K')
    this.#shown = false
  }
}
