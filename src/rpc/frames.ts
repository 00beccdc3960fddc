import { decodeUtf8 } from '../bus/message.js'

/**
 * What travels between a caller and a callee: the one place with these numbers. A record's type id is its route and its
 * message type; its correlation id is that of the call it belongs to.
 *
 * ```
 *  31        16 15         0
 *  +-----------+-----------+
 *  |   route   |  msgType  |   route 0 is all that foreign peers speak
 *  +-----------+-----------+
 * ```
 *
 * | route | frame | direction | payload |
 * |---|---|---|---|
 * | 0 | call by type, and the reply to any call | both | the bytes themselves |
 * | 0, msgType 0xFFFF | error reply to a foreign caller | reply | u16 BE: the type that was called |
 * | 1 | call by name | call | u16 LE length of the name, the name in UTF-8, the bytes |
 * | 2 | error reply | reply | JSON in UTF-8: see `WireFailure` |
 * | 3 | one item of a stream | reply | the bytes themselves |
 * | 4 | end of a stream | reply | empty |
 * | 5 | cancel | call | empty |
 * | 6 | stream credit | call | u32 LE: how many more items may be sent |
 *
 * Whether a call is answered once or by a stream is the handler's choice. A stream may begin with one item; each further
 * one needs credit.
 */
export const ROUTE_PLAIN = 0
export const ROUTE_NAMED_CALL = 1
export const ROUTE_ERROR = 2
export const ROUTE_STREAM_ITEM = 3
export const ROUTE_STREAM_END = 4
export const ROUTE_CANCEL = 5
export const ROUTE_CREDIT = 6

/** No handler has this type: a reply of it says that the call failed. */
export const FOREIGN_ERROR_TYPE = 0xffff

export const NAME_LENGTH_OFFSET = 0
export const NAME_OFFSET = 2
export const CREDIT_LENGTH = 4
export const FOREIGN_ERROR_LENGTH = 2

const routeFactor = 0x1_0000
const encoder = new TextEncoder()

/** The type id of a frame whose parts were checked. */
export function frameType(route: number, messageType: number): number {
  return route * routeFactor + messageType
}

export function routeOf(typeId: number): number {
  return typeId >>> 16
}

export function messageTypeOf(typeId: number): number {
  return typeId & 0xffff
}

export interface NamedCall {
  readonly name: string
  readonly body: Uint8Array
}

/** @param name of 1 to 65535 bytes as UTF-8 */
export function encodeName(name: string): Uint8Array {
  return encoder.encode(name)
}

/** Writes the front of a named call. @returns where its body begins */
export function writeName(encodedName: Uint8Array, frame: Uint8Array): number {
  frame[NAME_LENGTH_OFFSET] = encodedName.byteLength
  frame[NAME_LENGTH_OFFSET + 1] = encodedName.byteLength >>> 8
  frame.set(encodedName, NAME_OFFSET)
  return NAME_OFFSET + encodedName.byteLength
}

/** @param frame a copy: never the ring itself @returns undefined for a frame that holds no name */
export function decodeNamedCall(frame: Uint8Array): NamedCall | undefined {
  const { byteLength } = frame
  if (byteLength < NAME_OFFSET) return undefined
  const bodyOffset = NAME_OFFSET + readU16(frame, NAME_LENGTH_OFFSET)
  if (bodyOffset > byteLength) return undefined
  return { name: decodeUtf8(frame.subarray(NAME_OFFSET, bodyOffset)), body: frame.subarray(bodyOffset) }
}

export function encodeCredit(items: number): Uint8Array {
  return Uint8Array.of(items, items >>> 8, items >>> 16, items >>> 24)
}

/** @returns undefined for a frame of another length */
export function decodeCredit(frame: Uint8Array): number | undefined {
  if (frame.byteLength !== CREDIT_LENGTH) return undefined
  return readU16(frame, 0) + readU16(frame, 2) * routeFactor
}

/** What a foreign caller is told of a call that failed: its type, and no more. */
export function encodeForeignError(messageType: number): Uint8Array {
  return Uint8Array.of(messageType >>> 8, messageType)
}

/** @returns undefined for a payload of another length */
export function decodeForeignError(payload: Uint8Array): number | undefined {
  if (payload.byteLength !== FOREIGN_ERROR_LENGTH) return undefined
  return (payload[0] as number) * 0x100 + (payload[1] as number)
}

function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) + (bytes[offset + 1] as number) * 0x100
}
