import { checkMilliseconds } from './option-values.js'

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
  checkMilliseconds('timeoutMs', timeoutMs)
  return performance.now() + timeoutMs
}
