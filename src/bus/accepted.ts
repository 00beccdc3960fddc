import { RingwayError } from '../errors.js'

/** Peer after peer. `return()`, which leaving a `for await` loop calls, stops listening. */
export interface Accepting<T> extends AsyncIterableIterator<T, undefined> {
  /** Stops listening, ends a `next()` that is pending, and resolves when the path is gone. What was accepted stays open. */
  return(): Promise<IteratorResult<T, undefined>>
}

/**
 * Makes an object of the user's of every link that is accepted. Not a generator: `return()` of a generator waits for the
 * `next()` that is pending, which here may take for ever.
 */
export class Accepted<L, T> implements Accepting<T> {
  readonly #links: AsyncIterator<L>
  readonly #make: (link: L) => T
  readonly #onPeerError: ((error: RingwayError) => void) | undefined

  constructor(links: AsyncIterator<L>, make: (link: L) => T, onPeerError: ((error: RingwayError) => void) | undefined) {
    this.#links = links
    this.#make = make
    this.#onPeerError = onPeerError
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const next = await this.#links.next()
      if (next.done) return { done: true, value: undefined }
      try {
        return { done: false, value: this.#make(next.value) }
      } catch (error) {
        // The peer has spoilt its ring by now: its loss, and no reason to stop listening.
        if (!(error instanceof RingwayError)) throw error
        this.#onPeerError?.(error)
      }
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#links.return?.()
    return { done: true, value: undefined }
  }
}
