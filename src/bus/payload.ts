import { ErrorCode, RingwayError } from '../errors.js'

/** Bytes to send: any view, or a whole buffer. */
export type Payload = ArrayBufferView | ArrayBuffer | SharedArrayBuffer

/** The bytes of `data`, without copying them. */
export function payloadBytes(data: Payload): Uint8Array {
  // The usual case by itself, so that it is small enough to become part of its callers.
  return data instanceof Uint8Array ? data : otherBytes(data)
}

function otherBytes(data: Payload): Uint8Array {
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
