import { ErrorCode, RingwayError } from '../errors.js'

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` unless it is left out or a number of milliseconds from 0 */
export function checkMilliseconds(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return
  throw new RingwayError(ErrorCode.invalidArgument, `${name} is a number of milliseconds from 0, not ${String(value)}`)
}

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` unless it is left out or an integer from 0 */
export function checkInteger(name: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return
  throw new RingwayError(ErrorCode.invalidArgument, `${name} is an integer from 0, not ${String(value)}`)
}

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` unless it is left out or a function */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new RingwayError(ErrorCode.invalidArgument, `${name} is a function, not ${String(value)}`)
}
