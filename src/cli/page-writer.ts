import type { Output } from './output.js'

/** As much as a pipe holds. */
const pageBytes = 65_536
/** From here on a write of its own costs less than the copy. */
const directBytes = 16_384

/** Gathers small pieces into writes that are worth a system call. */
export class PageWriter {
  readonly #output: Output
  readonly #page = new Uint8Array(pageBytes)
  /** Bytes of the page that wait to be written, 0 to `pageBytes`. */
  #used = 0

  constructor(output: Output) {
    this.#output = output
  }

  /** `bytes` may be changed once this is done: at once if it returns undefined, else when the promise is fulfilled. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.byteLength >= directBytes) return this.#pass(bytes)
    if (this.#used + bytes.byteLength > pageBytes) return this.flush().then(() => this.#keep(bytes))
    this.#keep(bytes)
    return undefined
  }

  async flush(): Promise<void> {
    if (this.#used === 0) return
    const filled = this.#page.subarray(0, this.#used)
    this.#used = 0
    await this.#output.write(filled)
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    await this.flush()
    await this.#output.write(bytes)
  }

  #keep(bytes: Uint8Array): void {
    this.#page.set(bytes, this.#used)
    this.#used += bytes.byteLength
  }
}
