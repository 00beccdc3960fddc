import { ErrorCode } from '../../errors.js'
import { RpcError } from '../rpc-error.js'

/**
 * What shm-rpc-bridge writes into its buffers: compact JSON in UTF-8.
 *
 *     request    {"request_id":"…","method":"add","params":{"a":1}}
 *     answer     {"request_id":"…","result":3,"error":null}
 *     failure    {"request_id":"…","result":null,"error":"ValueError: Division by zero"}
 */
export interface BridgeRequest {
  readonly id: string
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface BridgeAnswer {
  readonly id: string
  readonly result: unknown
  /** Not empty: the call failed. */
  readonly error: string
}

/** A lone surrogate, as JSON.stringify writes it. No UTF-8 has one, and a Python server ends when it reads one. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/

function encode(value: unknown, what: string): Buffer {
  let json: string
  try {
    json = JSON.stringify(value)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RpcError(ErrorCode.rpcNotSerialisable, `The ${what} cannot be written as JSON: ${why}`, { cause })
  }
  if (json.includes('\\ud') && loneSurrogate.test(json)) {
    throw new RpcError(ErrorCode.rpcNotSerialisable, `The ${what} cannot be written as JSON: it holds half a character`)
  }
  return Buffer.from(json)
}

function expectFits(bytes: Buffer, maxBytes: number, what: string): Buffer {
  if (bytes.length <= maxBytes) return bytes
  throw new RpcError(
    ErrorCode.rpcTooLarge,
    `The ${what} has ${bytes.length} bytes as JSON, and the buffer of this bridge holds ${maxBytes}`,
  )
}

/** @throws RpcError `ERR_RINGWAY_RPC_NOT_SERIALISABLE`; `ERR_RINGWAY_RPC_TOO_LARGE` */
export function encodeRequest(id: string, method: string, params: object, maxBytes: number): Buffer {
  const what = `request for ${method}`
  return expectFits(encode({ request_id: id, method, params }, what), maxBytes, what)
}

/** @throws RpcError `ERR_RINGWAY_RPC_NOT_SERIALISABLE`; `ERR_RINGWAY_RPC_TOO_LARGE` */
export function encodeResult(id: string, method: string, result: unknown, maxBytes: number): Buffer {
  const what = `result of ${method}`
  if (typeof result === 'function' || typeof result === 'symbol') {
    throw new RpcError(ErrorCode.rpcNotSerialisable, `The ${what} cannot be written as JSON: it is a ${typeof result}`)
  }
  const bytes = encode({ request_id: id, result: result === undefined ? null : result, error: null }, what)
  return expectFits(bytes, maxBytes, what)
}

/** @returns undefined when even a few words do not fit: the request's id takes all the room */
export function encodeFailure(id: string, error: string, maxBytes: number): Buffer | undefined {
  const lengthOf = (text: string) => encodeFailureText(id, text).length
  const whole = encodeFailureText(id, error)
  if (whole.length <= maxBytes) return whole
  const shortest = maxBytes - lengthOf('')
  // A character takes 12 bytes at most as JSON; cutting at the front of one more is what remains of it.
  for (let length = Math.min(error.length, shortest); length > 0; length = Math.floor(length / 2)) {
    const cut = encodeFailureText(id, error.slice(0, length))
    if (cut.length <= maxBytes) return cut
  }
  return undefined
}

function encodeFailureText(id: string, error: string): Buffer {
  // Half a character, also where the text was cut, must not end the other side.
  return Buffer.from(JSON.stringify({ request_id: id, result: null, error: Buffer.from(error).toString() }))
}

function parse(bytes: Buffer, what: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch (cause) {
    throw new RpcError(ErrorCode.rpcProtocol, `${what} of ${bytes.length} bytes is not JSON`, { cause })
  }
  if (isObject(value)) return value
  throw new RpcError(ErrorCode.rpcProtocol, `${what} of ${bytes.length} bytes is not a JSON object`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * @throws RpcError `ERR_RINGWAY_RPC_PROTOCOL` for what nobody could be answered; a request that can be is returned, with
 * what is wrong with it
 */
export function decodeRequest(bytes: Buffer): BridgeRequest & { readonly fault?: string } {
  const { request_id: id, method, params } = parse(bytes, 'A request')
  if (typeof id !== 'string') throw new RpcError(ErrorCode.rpcProtocol, 'A request has no request_id that is a text')
  if (typeof method !== 'string') return { id, method: '', params: {}, fault: 'the method is not a text' }
  if (!isObject(params)) return { id, method, params: {}, fault: 'the params are not an object' }
  return { id, method, params }
}

/** @throws RpcError `ERR_RINGWAY_RPC_PROTOCOL` */
export function decodeAnswer(bytes: Buffer): BridgeAnswer {
  const { request_id: id, result = null, error = null } = parse(bytes, 'An answer')
  if (typeof id !== 'string') throw new RpcError(ErrorCode.rpcProtocol, 'An answer has no request_id that is a text')
  if (error !== null && typeof error !== 'string') {
    throw new RpcError(ErrorCode.rpcProtocol, 'An answer has an error that is not a text')
  }
  return { id, result, error: error ?? '' }
}
