import { ErrorCode, RingwayError } from '../errors.js'

/** Items that a callee may send before it was granted any: what tells a caller that did not expect a stream. */
export const INITIAL_CREDIT = 1

const usualWindow = 64
/** What one credit frame can grant. */
const largestWindow = 0xffff_ffff

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function windowOf(window: number | undefined): number {
  if (window === undefined) return usualWindow
  if (Number.isInteger(window) && window >= INITIAL_CREDIT && window <= largestWindow) return window
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `The window of a stream is a number of items from ${INITIAL_CREDIT} to ${largestWindow}, not ${String(window)}`,
  )
}
