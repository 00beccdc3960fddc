import { ErrorCode, RingwayError } from '../errors.js'

/** Which end of a ring: the one that sends, or the one that receives. */
export type Role = 'producer' | 'consumer'

/** How an end of a ring waits, and what it checks. */
export interface EndpointOptions {
  /**
   * For how long a promise form looks again and again, once nothing comes any more, before it sleeps: microseconds, from 0
   * (sleep at once).
   * @default 50
   */
  readonly hotUs?: number
  /**
   * Consumer only: never sleep, and tell the producer so, which then saves its look for a sleeper. Occupies a processor
   * while something waits.
   * @default false
   */
  readonly pureSpin?: boolean
  /**
   * Producer only: send even what a stock consumer might never make room for, instead of `ERR_RINGWAY_WOULD_STALL`.
   * @default false
   */
  readonly allowStall?: boolean
  /**
   * Consumer only: overwrite each slot when it is given back, so that uses of dangling views show in tests.
   * @default false
   */
  readonly debug?: boolean
}

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function endpointDefaults(options: EndpointOptions): Required<EndpointOptions> {
  const { hotUs = 50, pureSpin = false, allowStall = false, debug = false } = options
  if (typeof hotUs !== 'number' || !(hotUs >= 0)) {
    throw new RingwayError(ErrorCode.invalidArgument, `hotUs is a number of microseconds from 0, not ${String(hotUs)}`)
  }
  return { hotUs, pureSpin, allowStall, debug }
}

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function checkRole(role: unknown): asserts role is Role {
  if (role === 'producer' || role === 'consumer') return
  throw new RingwayError(ErrorCode.invalidArgument, `A role is 'producer' or 'consumer', not ${String(role)}`)
}
