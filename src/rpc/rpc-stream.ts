import { ErrorCode, TimeoutError } from '../errors.js'
import type { IncomingStream, StreamListener } from './incoming-stream.js'
import { RpcError } from './rpc-error.js'
import { INITIAL_CREDIT } from './stream-window.js'

/** What a stream needs of the client that opens it. */
export interface StreamSource<Item> {
  /** Names the stream in messages, such as `stream of method prices`. */
  readonly what: string
  /** Items that may be under way or waiting here, from 1. */
  readonly window: number
  /** Longest wait for one item; for ever unless given. */
  readonly timeoutMs: number | undefined
  /** Whose abort drops what has come and was not taken. */
  readonly signal: AbortSignal | undefined
  /** Begins the call. */
  open(listener: StreamListener): IncomingStream
  decode(payload: Uint8Array): Item
}

const longestTimerMs = 0x7fff_ffff

interface Waiter<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void
  readonly reject: (reason: unknown) => void
  readonly timer: NodeJS.Timeout | undefined
}

/** How a stream ended; without `error`: in good order. */
interface StreamOutcome {
  readonly error?: unknown
}

/**
 * The items that a handler yields, for one `for await`. Leaving the loop tells the handler to stop. The handler runs ahead
 * of the loop by the stream's window at most.
 */
export class RpcStream<Item> implements AsyncIterableIterator<Item, undefined, undefined>, AsyncDisposable {
  readonly #source: StreamSource<Item>
  readonly #incoming: IncomingStream
  /** Came, and were not asked for yet: never more than the window. */
  #items: Uint8Array[] = []
  #waiters: Waiter<Item>[] = []
  /** Items that the callee may still send. */
  #credit: number
  /** Taken by the loop, and not granted again yet: less than half of the window. */
  #taken = 0
  /** Set once nothing more comes. */
  #outcome: StreamOutcome | undefined

  /** Made by `client.stream`. @throws what opening the stream throws */
  constructor(source: StreamSource<Item>) {
    this.#source = source
    this.#credit = source.window
    this.#incoming = source.open({
      item: (payload) => this.#arrived(payload),
      end: () => this.#settle({}),
      fail: (error) => this.#failed(error),
    })
    if (source.window > INITIAL_CREDIT) this.#incoming.grant(source.window - INITIAL_CREDIT)
  }

  /**
   * The next item.
   * @throws (rejects) once, with what ended the stream before its time: an `RpcError`, `TimeoutError` (which ends it),
   *   `signal.reason`, or how the connection ended
   */
  next(): Promise<IteratorResult<Item, undefined>> {
    const payload = this.#items.shift()
    if (payload !== undefined) return this.#deliver(payload)
    if (this.#outcome !== undefined) return this.#over(this.#outcome)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject, timer: this.#startTimer() })
    })
  }

  /** Ends the stream, and tells the handler so: what leaving a `for await` does. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#stop({})
    return Promise.resolve({ done: true, value: undefined })
  }

  /** A stream is iterated once. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** As `return`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #arrived(payload: Uint8Array): void {
    if (this.#outcome !== undefined) return
    if (--this.#credit < 0) {
      const { what, window } = this.#source
      const message = `The ${what} brought more than the ${window} items it had leave for`
      this.#stop({ error: new RpcError(ErrorCode.rpcProtocol, message) })
      return
    }
    const waiter = this.#waiters.shift()
    if (waiter === undefined) {
      this.#items.push(payload)
      return
    }
    clearTimeout(waiter.timer)
    this.#deliver(payload).then(waiter.resolve, waiter.reject)
  }

  #failed(error: unknown): void {
    if (this.#source.signal?.aborted) this.#items = []
    this.#settle({ error })
  }

  async #deliver(payload: Uint8Array): Promise<IteratorResult<Item, undefined>> {
    this.#grantAgain()
    try {
      return { done: false, value: this.#source.decode(payload) }
    } catch (error) {
      // Whoever does not understand an item cannot go on: the loop ends here, so the handler has to as well.
      this.#stop({})
      throw error
    }
  }

  /** In halves of the window: a frame an item would double the traffic. */
  #grantAgain(): void {
    if (this.#outcome !== undefined || ++this.#taken * 2 < this.#source.window) return
    this.#credit += this.#taken
    this.#incoming.grant(this.#taken)
    this.#taken = 0
  }

  /** Nobody here wants more. */
  #stop(outcome: StreamOutcome): void {
    this.#items = []
    if (this.#outcome !== undefined) {
      this.#outcome = {}
      return
    }
    this.#incoming.cancel()
    this.#settle(outcome)
  }

  #settle(outcome: StreamOutcome): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    for (const { resolve, reject, timer } of this.#waiters.splice(0)) {
      clearTimeout(timer)
      this.#over(outcome).then(resolve, reject)
    }
  }

  /** An error is told once; whoever asks again is told that the stream is over. */
  #over(outcome: StreamOutcome): Promise<IteratorResult<Item, undefined>> {
    if (!('error' in outcome)) return Promise.resolve({ done: true, value: undefined })
    this.#outcome = {}
    return Promise.reject(outcome.error)
  }

  #startTimer(): NodeJS.Timeout | undefined {
    const { timeoutMs, what } = this.#source
    if (timeoutMs === undefined) return undefined
    const expire = () => this.#stop({ error: new TimeoutError(`The ${what} brought nothing for ${timeoutMs} ms`) })
    // What keeps the process alive is the call, as long as it may.
    return setTimeout(expire, Math.min(timeoutMs, longestTimerMs)).unref()
  }
}
