import { TimeoutError } from '../errors.js'
import type { Attempt } from './not-yet.js'
import { deadlineOf, type WaitOptions } from './wait-options.js'

const longestTimerMs = 0x7fff_ffff

/** Told when a wait ended by itself: by its signal or its deadline. */
export interface WaitOwner {
  forget(wait: object): void
}

/** One promise that waits for its attempt to succeed, its deadline or its signal, and is settled once. */
export class PendingWait<T> {
  readonly promise: Promise<T>
  readonly attempt: Attempt<T>
  readonly deadlineMs: number
  readonly #timeoutMs: number | undefined
  readonly #what: string
  readonly #owner: WaitOwner
  readonly #signal: AbortSignal | undefined
  #resolve!: (value: T) => void
  #reject!: (reason: unknown) => void
  #onAbort: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param what names the wait in the message of a time-out */
  constructor(what: string, attempt: Attempt<T>, options: WaitOptions | undefined, owner: WaitOwner) {
    this.#owner = owner
    this.attempt = attempt
    this.deadlineMs = deadlineOf(options)
    this.#timeoutMs = options?.timeoutMs
    this.#what = what
    this.#signal = options?.signal
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (this.#signal !== undefined) {
      this.#onAbort = () => {
        this.reject(this.#signal?.reason)
        owner.forget(this)
      }
      this.#signal.addEventListener('abort', this.#onAbort)
    }
  }

  /** Watches the deadline by a timer: while its owner sleeps, nobody else does. */
  startTimer(): void {
    if (this.#timer !== undefined || this.deadlineMs === Number.POSITIVE_INFINITY) return
    const restMs = Math.min(Math.max(0, Math.ceil(this.deadlineMs - performance.now())), longestTimerMs)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      // A timer may fire up to a millisecond early, and none is longer than 24 days.
      if (performance.now() >= this.deadlineMs) this.expire()
      else this.startTimer()
    }, restMs)
    // What keeps the process alive is the owner's business.
    ;(this.#timer as { unref?(): unknown }).unref?.()
  }

  resolve(value: T): void {
    this.#dispose()
    this.#resolve(value)
  }

  reject(reason: unknown): void {
    this.#dispose()
    this.#reject(reason)
  }

  expire(): void {
    this.reject(new TimeoutError(`${this.#what} took longer than ${this.#timeoutMs} ms`))
    this.#owner.forget(this)
  }

  #dispose(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
