import { ErrorCode, RingwayError } from '../errors.js'

/** Bytes to send: any view, or a whole buffer. */
export type Payload = ArrayBufferView | ArrayBuffer | SharedArrayBuffer

/** The bytes of `data`, without copying them. */
export function payloadBytes(data: Payload): Uint8Array {
  if (data instanceof Uint8Array) return data
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (typeof SharedArrayBuffer === 'function' && (data as unknown) instanceof SharedArrayBuffer) {
    return new Uint8Array(data)
  }
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `A payload is an ArrayBuffer or a view of one, not ${data === null ? 'null' : typeof data}`,
  )
}
