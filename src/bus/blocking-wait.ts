import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import type { Sleeper } from '../transport/link.js'
import { HotWindow } from './hot-window.js'
import { type Attempt, notYet } from './not-yet.js'
import type { Session } from './session.js'
import { type BlockOptions, deadlineOf } from './wait-options.js'
import { YieldPace } from './yield-pace.js'

/** Looks in vain to a yield, where yielding is of no use. */
const missesPerYield = 256
/** A sleep that the kernel would end costs about 25 µs: spinning for twice as long before it costs at most three times. */
const longestSpinUs = 50
/** No thread sleeps for longer without a look at its peer and a pass through JavaScript. */
const sliceMs = 20

/** One processor hint a miss, where the engine has it (Node 24 and later). */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => undefined)

/** The blocking forms of one side of a bus: spins, then sleeps in slices. */
export class BlockingWait {
  readonly #session: Session
  readonly #sleeper: Sleeper
  readonly #seen: () => number
  readonly #neverSleep: boolean
  readonly #canBlock: boolean
  readonly #window = new HotWindow(longestSpinUs)
  readonly #yielding: YieldPace
  /** When one that never sleeps last looked for its peer. */
  #lookedMs = 0

  /** @param seen the position that this side waits to see moved, as it last saw it */
  constructor(session: Session, sleeper: Sleeper, seen: () => number, neverSleep: boolean) {
    this.#session = session
    this.#sleeper = sleeper
    this.#seen = seen
    this.#neverSleep = neverSleep
    this.#canBlock = sleeper.canBlock
    this.#yielding = new YieldPace(missesPerYield, () => session.link.yieldCpu())
  }

  /**
   * Refuses a thread that must not block, even when it need not wait: a page that never fills its ring while it is written
   * would otherwise fail under load.
   * @throws `ERR_RINGWAY_UNSUPPORTED`
   */
  checkAllowed(what: string): void {
    if (this.#canBlock) return
    throw new RingwayError(
      ErrorCode.unsupported,
      `${what} blocks its thread, which is forbidden to this one, as to the main thread of every page: await ${what.replace(/Sync$/, '')}() instead, or use a worker`,
    )
  }

  /**
   * Returns once `attempt` succeeds.
   * @param what names the wait in the message of a time-out
   * @throws what `attempt` throws; TimeoutError
   */
  until<T>(what: string, attempt: Attempt<T>, options: BlockOptions | undefined): T {
    let result = attempt()
    if (result !== notYet) return result
    const deadlineMs = deadlineOf(options)
    /** Since we began, or woke. */
    let yields = 0
    this.#yielding.begin()
    for (;;) {
      result = attempt()
      if (result !== notYet) {
        if (yields > 0) this.#window.hit()
        this.#yielding.hit()
        return result
      }
      pause()
      if (!this.#yielding.missed()) continue
      const now = performance.now()
      if (now >= deadlineMs) throw new TimeoutError(`${what} took longer than ${options?.timeoutMs} ms`)
      if (this.#spinsOn(now, yields++ === 0)) continue
      this.#session.look()
      if (this.#session.error !== undefined || this.#neverSleep) continue
      this.#sleep(now, deadlineMs)
      this.#yielding.begin()
      yields = 0
    }
  }

  /** @param first of this wait, or since it woke */
  #spinsOn(now: number, first: boolean): boolean {
    if (first) {
      this.#window.open(now)
      this.#lookedMs = now
    }
    if (!this.#neverSleep) return this.#window.isOpen(now)
    if (now - this.#lookedMs < sliceMs) return true
    this.#lookedMs = now
    return false
  }

  #sleep(now: number, deadlineMs: number): void {
    this.#window.miss(now)
    this.#sleeper.sleepSync(this.#seen(), Math.min(sliceMs, deadlineMs - now))
    this.#window.woken(performance.now())
  }
}
