import type { IncomingStream, StreamListener } from './incoming-stream.js'

/** A stream whose connection is still being made: what is asked of it meanwhile is done then. */
export class LaterStream implements IncomingStream {
  #stream: IncomingStream | undefined
  #granted = 0
  #cancelled = false

  constructor(opened: Promise<IncomingStream>, listener: StreamListener) {
    opened.then(
      (stream) => {
        this.#stream = stream
        if (this.#cancelled) stream.cancel()
        else if (this.#granted > 0) stream.grant(this.#granted)
      },
      (error: unknown) => {
        if (!this.#cancelled) listener.fail(error)
      },
    )
  }

  grant(items: number): void {
    if (this.#stream === undefined) this.#granted += items
    else this.#stream.grant(items)
  }

  cancel(): void {
    this.#cancelled = true
    this.#stream?.cancel()
  }
}
