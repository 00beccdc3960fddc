import { deserialize, serialize } from 'node:v8'
import { type Payload, payloadBytes } from '../bus/payload.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { checkCloneClaims } from './clone-claims.js'
import { RpcError } from './rpc-error.js'

/** A value that can be written straight into a slot of the ring. */
export interface Writable {
  /** Bytes that `writeTo` takes at most. */
  readonly maxBytes: number
  /** @param slot at least `maxBytes` long, in memory that the peer sees @returns how many bytes it wrote, from the front */
  writeTo(slot: Uint8Array): number
}

/** Turns values into payloads and back. */
export interface Codec<Value> {
  /** @returns bytes that nobody changes any more, or what can write them in place */
  encode(value: Value): Uint8Array | Writable
  /** @param bytes a copy, which belongs to the decoder: what it returns may be a view of them */
  decode(bytes: Uint8Array): Value
}

/** Payloads as they are: any buffer or view goes in, a `Uint8Array` comes out. What is used where no codec is given. */
export interface BytesCodec {
  encode(value: Payload | undefined): Uint8Array
  decode(bytes: Uint8Array): Uint8Array
}

/** Any codec, where its values do not matter. */
export interface AnyCodec {
  encode(value: never): Uint8Array | Writable
  decode(bytes: Uint8Array): unknown
}

/** What comes out of a codec: what a handler is given, or a caller gets. */
export type Decoded<C extends AnyCodec> = ReturnType<C['decode']>
/** What goes into a codec: what a caller hands over, or a handler returns. */
export type Encodable<C extends AnyCodec> = Parameters<C['encode']>[0]

const nothing = new Uint8Array(0)

/** The codec of whoever names none. `undefined` is no bytes. */
export const bytes: BytesCodec = {
  encode: (value) => (value === undefined ? nothing : payloadBytes(value)),
  decode: (own) => own,
}

/** Up to here it is cheaper to claim room for the worst case than to count the bytes of a text. */
const countedFrom = 1024
const mostBytesPerUnit = 3

const encoder = new TextEncoder()

class WritableText implements Writable {
  readonly maxBytes: number
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.maxBytes = text.length < countedFrom ? text.length * mostBytesPerUnit : Buffer.byteLength(text)
  }

  writeTo(slot: Uint8Array): number {
    return encoder.encodeInto(this.#text, slot).written
  }
}

// A byte order mark is no JSON, and bytes that are no UTF-8 are not what anybody sent.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const jsonCodec: Codec<unknown> = {
  encode(value) {
    if (value === undefined) return nothing
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`)
    return new WritableText(text)
  },
  decode: (own) => (own.byteLength === 0 ? undefined : JSON.parse(strictUtf8.decode(own))),
}

/**
 * JSON in UTF-8. `undefined` is no bytes at all. A type says what is sent and what comes; nothing checks it at run time.
 * @example
 * json().decode(Buffer.from('[1]')).length // 1
 */
export function json<Value = unknown>(): Codec<Value> {
  return jsonCodec as Codec<Value>
}

const structuredCodec: Codec<unknown> = {
  encode: (value) => (value === undefined ? nothing : serialize(value)),
  decode: (own) => {
    if (own.byteLength === 0) return undefined
    checkCloneClaims(own)
    return deserialize(own)
  },
}

/**
 * V8's own format, as `structuredClone` has it: Map, Set, Date, BigInt, buffers, cycles. Between Node.js programs only. Arrays
 * with more than a million empty places are refused where they arrive.
 */
export function structured<Value = unknown>(): Codec<Value> {
  return structuredCodec as Codec<Value>
}

/**
 * @param what names the value in the message of a failure, such as `request of add`
 * @throws RpcError `ERR_RINGWAY_RPC_NOT_SERIALISABLE`, whatever the codec threw
 */
export function encodeWith(codec: AnyCodec, value: unknown, what: string): Uint8Array | Writable {
  try {
    const encoded = (codec as Codec<unknown>).encode(value)
    if (encoded instanceof Uint8Array || isWritable(encoded)) return encoded
    throw new TypeError('its codec made neither a Uint8Array nor something to be written')
  } catch (cause) {
    throw notSerialisable(`The ${what} cannot be encoded`, cause)
  }
}

/**
 * @param own a copy: a decoder that is fed memory which a peer changes can crash the process
 * @throws RpcError `ERR_RINGWAY_RPC_NOT_SERIALISABLE`, whatever the codec threw
 */
export function decodeWith(codec: AnyCodec, own: Uint8Array, what: string): unknown {
  try {
    return codec.decode(own)
  } catch (cause) {
    throw notSerialisable(`The ${what}, ${own.byteLength} bytes, cannot be decoded`, cause)
  }
}

function isWritable(value: unknown): value is Writable {
  return typeof value === 'object' && value !== null && typeof (value as Writable).writeTo === 'function'
}

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function checkCodec(codec: unknown, what: string): void {
  const { encode, decode } = (codec ?? {}) as Partial<Codec<unknown>>
  if (typeof encode === 'function' && typeof decode === 'function') return
  throw new RingwayError(ErrorCode.invalidArgument, `The codec for the ${what} has no encode and decode`)
}

function notSerialisable(what: string, cause: unknown): RpcError {
  const why = cause instanceof Error ? cause.message : `its codec threw a ${typeof cause}`
  return new RpcError(ErrorCode.rpcNotSerialisable, `${what}: ${why}`, { cause })
}
