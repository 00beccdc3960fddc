import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import type { Sleeper } from '../transport/link.js'
import { type Attempt, notYet } from './not-yet.js'
import type { Session } from './session.js'
import { type BlockOptions, deadlineOf } from './wait-options.js'

const missesPerYield = 256
/** A sleep that the kernel would end costs about 25 µs: spinning for twice as long before it costs at most three times. */
const spinMs = 0.05
/** No thread sleeps for longer without a look at its peer and a pass through JavaScript. */
const sliceMs = 20

/** One processor hint a miss, where the engine has it (Node 24 and later). */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => undefined)

/**
 * What a `Sync` form throws on a thread that must not block. It is refused there even when it need not wait: a page that
 * never fills its ring while it is written would otherwise fail under load.
 */
export function mustNotBlock(what: string): RingwayError {
  return new RingwayError(
    ErrorCode.unsupported,
    `${what} blocks its thread, which is forbidden to this one, as to the main thread of every page: await ${what.replace(/Sync$/, '')}() instead, or use a worker`,
  )
}

/**
 * The blocking form of one side of a bus: spins, then sleeps in slices, until `attempt` succeeds.
 * @param what names the wait in the message of a time-out
 * @throws what `attempt` throws; TimeoutError
 */
export function block<T>(
  what: string,
  attempt: Attempt<T>,
  session: Session,
  sleeper: Sleeper,
  seen: () => number,
  neverSleep: boolean,
  options: BlockOptions | undefined,
): T {
  let result = attempt()
  if (result !== notYet) return result
  const deadlineMs = deadlineOf(options)
  let spinUntilMs = 0
  for (let misses = 1; ; misses++) {
    result = attempt()
    if (result !== notYet) return result
    pause()
    if (misses % missesPerYield !== 0) continue
    const now = performance.now()
    if (now >= deadlineMs) throw new TimeoutError(`${what} took longer than ${options?.timeoutMs} ms`)
    session.link.yieldCpu()
    if (spinUntilMs === 0) spinUntilMs = now + spinMs
    if (now < spinUntilMs) continue
    session.look()
    if (session.error !== undefined) continue
    if (neverSleep) {
      spinUntilMs = now + sliceMs
    } else {
      sleeper.sleepSync(seen(), Math.min(sliceMs, deadlineMs - now))
      spinUntilMs = 0
    }
  }
}
