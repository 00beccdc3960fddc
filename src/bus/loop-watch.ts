import type { Sleeper } from '../transport/link.js'
import { HotWindow } from './hot-window.js'
import { KeepAlive } from './keep-alive.js'
import { atNextTurn, cancelTurn, hasImmediate, type Turn } from './next-turn.js'
import type { Session } from './session.js'
import { YieldPace } from './yield-pace.js'

/** Turns of the event loop in vain to a yield, where yielding is of no use. */
const missesPerYield = 8
/** Looks in one turn of the event loop, before the loop gets its turn: together well under a microsecond. */
const looksPerTurn = 16
/** Operations that may succeed at once, one after the other, before the event loop gets a turn. */
const successesPerTurn = 256

export interface LoopWatchOptions {
  /** Longest time of looking again and again after traffic, in microseconds. */
  readonly hotUs: number
  /** Never sleep: look again at every turn of the event loop. */
  readonly neverSleep: boolean
}

/** What is to be done when there is something to do. */
export interface LoopTask {
  /** Whether anything is waited for. */
  readonly wanted: boolean
  /** Whether nothing can be done before `nextTurn` is called: a guard is open. */
  readonly held: boolean
  /** Does what can be done now. @returns whether there was anything */
  run(): boolean
  /** A turn went by in vain. */
  missed(nowMs: number): void
  /** From now on nobody looks at the clock. */
  suspended(): void
}

/**
 * Waits on the event loop for the other side of a ring to move its position. While traffic is hot by looking at every turn
 * of the loop, and then asleep until the other side wakes us.
 */
export class LoopWatch {
  readonly #session: Session
  readonly #sleeper: Sleeper
  readonly #seen: () => number
  readonly #task: LoopTask
  readonly #neverSleep: boolean
  readonly #window: HotWindow
  readonly #polls: boolean
  readonly #keepAlive = new KeepAlive()
  readonly #yielding: YieldPace
  #turn: Turn | undefined
  #asleep = false
  /** The task runs. It may come back in here: it finds the bus ended, or hears a bell. */
  #running = false
  #successes = 0
  #referenced = true

  /** @param seen the position that this side waits to see moved, as it last saw it */
  constructor(session: Session, sleeper: Sleeper, seen: () => number, options: LoopWatchOptions, task: LoopTask) {
    this.#session = session
    this.#sleeper = sleeper
    this.#seen = seen
    this.#task = task
    this.#neverSleep = options.neverSleep
    this.#window = new HotWindow(options.hotUs)
    this.#yielding = new YieldPace(missesPerYield, () => session.link.yieldCpu())
    this.#polls = hasImmediate && (options.hotUs > 0 || options.neverSleep)
  }

  get asleep(): boolean {
    return this.#asleep
  }

  /**
   * Counts an operation that is about to succeed at once. Promises that are resolved already never let the event loop have
   * its turn, so now and then one has to wait for it.
   */
  mayGoOn(): boolean {
    return ++this.#successes < successesPerTurn
  }

  /** Something is wanted that could not be done now. */
  begin(): void {
    const now = performance.now()
    this.#window.open(now)
    this.#yielding.begin()
    this.#goOn(now)
  }

  /** Something may be possible for another reason than a moved position: tries at the next turn of the loop. */
  nextTurn(): void {
    if (!this.#task.wanted) return
    this.#getUp()
    this.#turn ??= atNextTurn(this.#poll)
  }

  /** The same, and tries now. */
  wake(): void {
    if (!this.#task.wanted) return
    const progress = this.#run()
    this.#goOn(performance.now(), progress)
  }

  /** Nothing is wanted any more. */
  rest(): void {
    this.#keepAlive.drop()
    if (this.#turn !== undefined) cancelTurn(this.#turn)
    this.#turn = undefined
    this.#getUp()
  }

  ref(): void {
    this.#referenced = true
    this.#keepAlive.allow(true)
  }

  unref(): void {
    this.#referenced = false
    this.#keepAlive.allow(false)
  }

  dispose(): void {
    this.rest()
    this.#keepAlive.dispose()
  }

  /** Never runs inside itself: an inner run would do what the outer one is doing, and its result be lost. */
  #run(): boolean {
    if (this.#running) return false
    this.#running = true
    const progress = this.#task.run()
    this.#running = false
    return progress
  }

  /**
   * Decides how to wait on: look again at the loop's next turn, or sleep.
   * @param progress of the run that has just been: it may have left something, because a task takes so much at a time, and
   *   nobody would wake us for that. Only a run in vain shows that there is nothing more.
   */
  #goOn(now: number, progress = false): void {
    if (this.#running) return
    if (!this.#task.wanted) this.rest()
    else if (this.#task.held) this.#suspend()
    else if (progress || this.#worthPolling(now)) this.nextTurn()
    else this.#sleep(now)
  }

  #worthPolling(now: number): boolean {
    return this.#polls && this.#referenced && (this.#neverSleep || this.#window.isOpen(now))
  }

  readonly #poll = (): void => {
    this.#turn = undefined
    this.#successes = 0
    let progress = false
    for (let look = 0; look < looksPerTurn && !progress; look++) progress = this.#run()
    const now = performance.now()
    if (progress) {
      this.#window.hit()
      this.#window.open(now)
      this.#yielding.hit()
    } else {
      this.#yielding.missed()
      this.#task.missed(now)
      // Who never goes to sleep never looks for the peer on the way there.
      if (this.#neverSleep) this.#session.failed()
    }
    this.#goOn(now, progress)
  }

  #sleep(now: number): void {
    if (this.#asleep) return
    this.#window.miss(now)
    this.#session.look()
    // The look may have ended the bus, and with it all that was wanted.
    if (!this.#task.wanted) {
      this.rest()
      return
    }
    // It had ended before, without a wake for what came to be wanted while it did: nobody will wake that either.
    if (this.#session.error !== undefined) {
      this.nextTurn()
      return
    }
    this.#asleep = this.#sleeper.arm(this.#seen(), this.#woken)
    if (this.#asleep) {
      this.#suspend()
    } else {
      // The position moved between the last look and the arming.
      this.#window.open(performance.now())
      this.nextTurn()
    }
  }

  readonly #woken = (): void => {
    this.#asleep = false
    this.#successes = 0
    const now = performance.now()
    this.#window.woken(now)
    const progress = this.#run()
    this.#goOn(now, progress)
  }

  #suspend(): void {
    this.#keepAlive.hold()
    this.#task.suspended()
  }

  #getUp(): void {
    if (!this.#asleep) return
    this.#asleep = false
    this.#sleeper.disarm()
  }
}
