import type { LoopTask, LoopWatch } from '../bus/loop-watch.js'
import type { CorrelatedMessage } from '../bus/message.js'
import { notYet } from '../bus/not-yet.js'
import { PendingWait, type WaitOwner } from '../bus/pending-wait.js'
import type { WaitOptions } from '../bus/wait-options.js'

/** Whoever waits for the reply to a call, and takes it from whoever finds it in the ring. */
export type ReplyWait = PendingWait<CorrelatedMessage>

/** The promises of a caller that wait for replies, each for its own, and all at once. */
export class ReplyWaits implements LoopTask, WaitOwner {
  readonly held = false
  readonly #collect: () => void
  readonly #waits = new Set<ReplyWait>()
  #watch: LoopWatch | undefined

  /** @param collect takes all replies that are there, and settles the waits they are for */
  constructor(collect: () => void) {
    this.#collect = collect
  }

  get wanted(): boolean {
    return this.#waits.size !== 0
  }

  /** @param watch runs this task */
  attach(watch: LoopWatch): void {
    this.#watch = watch
  }

  add(options: WaitOptions | undefined): ReplyWait {
    const wait = new PendingWait<CorrelatedMessage>('wait', () => notYet, options, this)
    this.#waits.add(wait)
    if (this.#watch?.asleep) wait.startTimer()
    else if (this.#waits.size === 1) this.#watch?.begin()
    return wait
  }

  /** Its reply was found. */
  remove(wait: ReplyWait): void {
    this.#waits.delete(wait)
  }

  run(): boolean {
    const before = this.#waits.size
    try {
      this.#collect()
    } catch (error) {
      for (const wait of [...this.#waits]) {
        this.#waits.delete(wait)
        wait.reject(error)
      }
    }
    return this.#waits.size !== before
  }

  missed(nowMs: number): void {
    for (const wait of [...this.#waits]) if (wait.deadlineMs <= nowMs) wait.expire()
  }

  suspended(): void {
    for (const wait of this.#waits) wait.startTimer()
  }

  /** A wait gave up. */
  forget(wait: object): void {
    this.#waits.delete(wait as ReplyWait)
    if (this.#waits.size === 0) this.#watch?.rest()
  }
}
