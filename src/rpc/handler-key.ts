import { ErrorCode, RingwayError } from '../errors.js'

const largestMsgType = 0xfffe
const longestNameBytes = 0xffff

/** @param who names the handler in the message @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function checkMsgType(msgType: unknown, who: string): asserts msgType is number {
  if (Number.isInteger(msgType) && (msgType as number) >= 0 && (msgType as number) <= largestMsgType) return
  const reason =
    msgType === largestMsgType + 1 ? `: ${largestMsgType + 1} (0xFFFF) is how a callee says that it has no handler` : ''
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `The message type of ${who} is an integer from 0 to ${largestMsgType}, not ${String(msgType)}${reason}`,
  )
}

/** @param who names the handler in the message @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function checkMethodName(name: unknown, who: string): asserts name is string {
  if (typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= longestNameBytes) return
  const given = typeof name === 'string' ? `one of ${Buffer.byteLength(name)} bytes` : String(name)
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `The name of ${who} is a text of 1 to ${longestNameBytes} bytes as UTF-8, not ${given}`,
  )
}

/** Names a call in messages. */
export function describeKey(key: number | string): string {
  return typeof key === 'number' ? `message type ${key}` : `method ${String(key)}`
}
