import { deadlineOf } from '../bus/wait-options.js'
import type { CallOptions, StreamOptions } from './client-api.js'
import { type AnyCodec, bytes, type Codec, checkCodec, decodeWith, encodeWith, json, type Writable } from './codecs.js'
import { describeKey } from './handler-key.js'
import type { IncomingStream, StreamListener } from './incoming-stream.js'
import { RpcStream } from './rpc-stream.js'
import { windowOf } from './stream-window.js'

/** Calls of bytes: what a client does below its codecs. */
export interface ByteCalls {
  request(target: number | string, body: Uint8Array | Writable, options: CallOptions | undefined): Promise<Uint8Array>
  openStream(
    target: number | string,
    body: Uint8Array | Writable,
    options: Pick<CallOptions, 'signal'> | undefined,
    listener: StreamListener,
  ): IncomingStream
}

/** How the payloads of a call are written and read. */
export interface CallCodecs {
  /** What is sent. `json()` for a call by name and bytes for one by type, unless given. */
  readonly request?: AnyCodec | undefined
  /** What comes back. As for the request. */
  readonly response?: AnyCodec | undefined
}

/** @throws (rejects) as `RpcClient.call`; `ERR_RINGWAY_RPC_NOT_SERIALISABLE` */
export async function callWith(
  calls: ByteCalls,
  target: number | string,
  request: unknown,
  codecs: CallCodecs,
  options: CallOptions | undefined,
): Promise<unknown> {
  const what = describeKey(target)
  const { toRequest, fromResponse } = codecsOf(target, codecs)
  const own = await calls.request(target, encodeWith(toRequest, request, `request of ${what}`), options)
  return fromResponse === bytes ? own : decodeWith(fromResponse, own, `response of ${what}`)
}

/** @throws as `RpcClient.stream`; `ERR_RINGWAY_RPC_NOT_SERIALISABLE` */
export function streamWith(
  calls: ByteCalls,
  target: number | string,
  request: unknown,
  codecs: CallCodecs,
  options: StreamOptions = {},
): RpcStream<unknown> {
  const what = describeKey(target)
  const { toRequest, fromResponse } = codecsOf(target, codecs)
  const { signal, timeoutMs, window } = options
  deadlineOf({ timeoutMs })
  const body = encodeWith(toRequest, request, `request of ${what}`)
  return new RpcStream({
    what: `stream of ${what}`,
    window: windowOf(window),
    timeoutMs,
    signal,
    open: (listener) => calls.openStream(target, body, { signal }, listener),
    decode: (payload) => decodeWith(fromResponse, payload, `item of ${what}`),
  })
}

const usualOfNames: Codec<unknown> = json()

function codecsOf(target: number | string, { request, response }: CallCodecs) {
  const usual: AnyCodec = typeof target === 'number' ? bytes : usualOfNames
  if (request !== undefined) checkCodec(request, `request of ${describeKey(target)}`)
  if (response !== undefined) checkCodec(response, `response of ${describeKey(target)}`)
  return { toRequest: request ?? usual, fromResponse: response ?? usual }
}
