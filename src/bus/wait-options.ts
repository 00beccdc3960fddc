import { ErrorCode, RingwayError } from '../errors.js'

/** How long a blocking wait may last. */
export interface BlockOptions {
  /** Milliseconds, 0 and up; without it the wait ends only with the bus. */
  readonly timeoutMs?: number | undefined
}

/** What ends a wait before its time. */
export interface WaitOptions extends BlockOptions {
  /** Rejects the wait with `signal.reason`. What was queued by it is not sent, what it would have received stays. */
  readonly signal?: AbortSignal | undefined
}

/** @returns the moment, on the clock of `performance.now()`, at which the wait is over */
export function deadlineOf(options: BlockOptions | undefined): number {
  const timeoutMs = options?.timeoutMs
  if (timeoutMs === undefined) return Number.POSITIVE_INFINITY
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return performance.now() + timeoutMs
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `timeoutMs is a number of milliseconds from 0, not ${String(timeoutMs)}`,
  )
}
