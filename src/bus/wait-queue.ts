import type { Sleeper } from '../transport/link.js'
import { type LoopTask, LoopWatch, type LoopWatchOptions } from './loop-watch.js'
import { type Attempt, notYet } from './not-yet.js'
import { PendingWait, type WaitOwner } from './pending-wait.js'
import type { Session } from './session.js'
import type { WaitOptions } from './wait-options.js'

/** The promise forms of one side of a bus: waits in order; the first one is tried again until it succeeds. */
export class WaitQueue implements LoopTask, WaitOwner {
  readonly watch: LoopWatch
  readonly #waits: PendingWait<unknown>[] = []
  #held = false

  /** @param seen the position that this side waits to see moved, as it last saw it */
  constructor(session: Session, sleeper: Sleeper, seen: () => number, options: LoopWatchOptions) {
    this.watch = new LoopWatch(session, sleeper, seen, options, this)
  }

  /** Whether somebody waits: whoever comes later has to wait too. */
  get busy(): boolean {
    return this.#waits.length !== 0
  }

  get wanted(): boolean {
    return this.#waits.length !== 0
  }

  get held(): boolean {
    return this.#held
  }

  /**
   * Waits for `attempt` to succeed. The caller has tried it in vain, or knows that others come first.
   * @param what names the wait in the message of a time-out
   */
  wait<T>(what: string, attempt: Attempt<T>, options: WaitOptions | undefined): Promise<T> {
    return this.#enqueue(what, attempt, options, () => this.watch.begin())
  }

  /** The same for what may well succeed now, but not before the event loop had a turn. */
  waitATurn<T>(what: string, attempt: Attempt<T>, options: WaitOptions | undefined): Promise<T> {
    return this.#enqueue(what, attempt, options, () => this.watch.nextTurn())
  }

  /** Nothing can succeed until `resume`: a guard is open. */
  hold(): void {
    this.#held = true
  }

  resume(): void {
    this.#held = false
    this.watch.nextTurn()
  }

  /** Tries the waits in order until one has to be made again. */
  run(): boolean {
    const before = this.#waits.length
    while (!this.#held) {
      const wait = this.#waits[0]
      if (wait === undefined) break
      try {
        const result = wait.attempt()
        if (result === notYet) break
        wait.resolve(result)
      } catch (error) {
        wait.reject(error)
      }
      this.#waits.shift()
    }
    return this.#waits.length !== before
  }

  missed(nowMs: number): void {
    for (let at = this.#waits.length - 1; at >= 0; at--) {
      const wait = this.#waits[at] as PendingWait<unknown>
      if (wait.deadlineMs <= nowMs) wait.expire()
    }
  }

  suspended(): void {
    for (const wait of this.#waits) wait.startTimer()
  }

  /** A wait gave up. */
  forget(wait: object): void {
    const at = this.#waits.indexOf(wait as PendingWait<unknown>)
    if (at >= 0) this.#waits.splice(at, 1)
    if (!this.busy) this.watch.rest()
    // Whoever waited behind it may need less room, and then waits for nobody.
    else if (at === 0 && !this.#held) this.watch.nextTurn()
  }

  #enqueue<T>(what: string, attempt: Attempt<T>, options: WaitOptions | undefined, begin: () => void): Promise<T> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason)
    let wait: PendingWait<T>
    try {
      wait = new PendingWait(what, attempt, options, this)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#waits.push(wait as PendingWait<unknown>)
    if (this.#waits.length === 1) begin()
    else if (this.watch.asleep || this.#held) wait.startTimer()
    return wait.promise
  }
}
