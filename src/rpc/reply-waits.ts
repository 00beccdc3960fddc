import type { LoopTask, LoopWatch } from '../bus/loop-watch.js'
import type { CorrelatedMessage } from '../bus/message.js'
import { notYet } from '../bus/not-yet.js'
import { PendingWait, type WaitOwner } from '../bus/pending-wait.js'
import type { WaitOptions } from '../bus/wait-options.js'

/** Whoever waits for the reply to a call, and takes it from whoever finds it in the ring. */
export type ReplyWait = PendingWait<CorrelatedMessage>

/** Guards are open for a moment, and tell nobody when they end. */
const guardLookMs = 1

/** The promises of a caller that wait for replies, each for its own, and all at once. */
export class ReplyWaits implements LoopTask, WaitOwner {
  readonly #collect: () => true | undefined
  readonly #waits = new Set<ReplyWait>()
  #watch: LoopWatch | undefined
  #heldTimer: ReturnType<typeof setTimeout> | undefined

  /** @param collect takes all replies that are there, and settles the waits they are for; undefined while a guard is open */
  constructor(collect: () => true | undefined) {
    this.#collect = collect
  }

  get held(): boolean {
    return this.#heldTimer !== undefined
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
      if (this.#collect() === undefined) this.#hold()
    } catch (error) {
      for (const wait of [...this.#waits]) {
        this.#waits.delete(wait)
        wait.reject(error)
      }
    }
    return this.#waits.size !== before
  }

  #hold(): void {
    this.#heldTimer ??= setTimeout(() => {
      this.#heldTimer = undefined
      this.#watch?.nextTurn()
    }, guardLookMs).unref()
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
