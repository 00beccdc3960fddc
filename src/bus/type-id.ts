import { ErrorCode, RingwayError } from '../errors.js'

const half = 0x1_0000
const full = 0x1_0000_0000

/**
 * A type id from its two halves.
 * @param route bits 31–16, 0 to 65535; 1 and up are reserved for calls
 * @param messageType bits 15–0, 0 to 65535
 * @throws `ERR_RINGWAY_INVALID_ARGUMENT`
 * @example
 * makeTypeId(0, 7) // 7
 */
export function makeTypeId(route: number, messageType: number): number {
  checkRange('route', route, half)
  checkRange('message type', messageType, half)
  return route * half + messageType
}

/** Bits 31–16 of a type id. @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function routeId(typeId: number): number {
  checkTypeId(typeId)
  return typeId >>> 16
}

/** Bits 15–0 of a type id. @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function msgType(typeId: number): number {
  checkTypeId(typeId)
  return typeId & 0xffff
}

export function checkTypeId(typeId: number): void {
  if (typeId >>> 0 !== typeId) checkRange('type id', typeId, full)
}

function checkRange(what: string, value: number, end: number): void {
  if (Number.isInteger(value) && value >= 0 && value < end) return
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `A ${what} is an integer from 0 to ${end - 1}, not ${String(value)}`,
  )
}
