import { INITIAL_CREDIT } from './stream-window.js'

/** Where the items of a stream go. */
export interface StreamSink {
  /** Encodes and sends one item. Resolves when the next one may be made: the reply ring had room. */
  sendItem(value: unknown): Promise<void>
}

/** The answering end of a stream: draws items out of a handler's generator as fast as the caller takes them. */
export class StreamSender {
  readonly #sink: StreamSink
  /** Items that may still be sent. Grows by grants, and each item takes one. */
  #credit = INITIAL_CREDIT
  #cancelled = false
  /** Set while the caller's credit is awaited. */
  #resume: (() => void) | undefined

  constructor(sink: StreamSink) {
    this.#sink = sink
  }

  /** The caller has room for so many more. */
  grant(items: number): void {
    this.#credit += items
    this.#wake()
  }

  /** Nobody wants any more. What the handler is doing ends at its next `yield`; its `finally` blocks run. */
  cancel(): void {
    this.#cancelled = true
    this.#wake()
  }

  /**
   * Sends all that the handler yields.
   * @returns whether the stream came to its end; false when it was cancelled
   * @throws what the handler throws, and what sending throws
   */
  async run(items: AsyncIterable<unknown>): Promise<boolean> {
    const iterator = items[Symbol.asyncIterator]()
    // Has not ended by itself: it stands at a `yield`, or before its beginning.
    let open = true
    try {
      while (await this.#mayGoOn()) {
        open = false
        const { done, value } = await iterator.next()
        if (done) return !this.#cancelled
        open = true
        if (this.#cancelled) return false
        this.#credit--
        await this.#sink.sendItem(value)
      }
      return false
    } finally {
      if (open) await iterator.return?.()
    }
  }

  /** Waits for credit. @returns false once cancelled */
  async #mayGoOn(): Promise<boolean> {
    while (this.#credit <= 0 && !this.#cancelled) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
    }
    return !this.#cancelled
  }

  #wake(): void {
    this.#resume?.()
    this.#resume = undefined
  }
}
