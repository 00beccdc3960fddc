import { ErrorCode } from '../errors.js'
import { type AnyCodec, bytes, decodeWith, encodeWith, type Writable } from './codecs.js'
import { outOfHandler } from './failure-frames.js'
import type { Answer, Handler, ResolvedHandler } from './handler.js'
import { RpcError } from './rpc-error.js'

type Values = Handler<unknown, unknown>

interface Codecs {
  readonly request: AnyCodec
  readonly response: AnyCodec
}

/**
 * A handler with its codecs around it.
 * @param self what `this` is in a method
 * @param what names the call in messages, such as `method add`
 */
export function resolveHandler(
  handler: Handler,
  self: object | undefined,
  codecs: Codecs,
  what: string,
): ResolvedHandler {
  const call = (self === undefined ? handler : handler.bind(self)) as Values
  if (isAsyncGenerator(handler)) return streamHandler(call, codecs, what)
  const { request, response } = codecs
  return {
    kind: 'unary',
    invoke(own, context) {
      const value = request === bytes ? own : decodeWith(request, own, `request of ${what}`)
      let result: unknown
      try {
        result = call(value, context)
      } catch (error) {
        throw outOfHandler(error)
      }
      // Whatever has a `then` may be no promise: one that is stays itself.
      return isPromise(result)
        ? Promise.resolve(result).then(
            (late) => encode(response, late, what),
            (error: unknown) => Promise.reject(outOfHandler(error)),
          )
        : encode(response, result, what)
    },
  }
}

function streamHandler(call: Values, { request, response }: Codecs, what: string): ResolvedHandler {
  return {
    kind: 'stream',
    invoke(own, context) {
      const items = call(decodeWith(request, own, `request of ${what}`), context) as AsyncIterable<unknown>
      return encodedItems(items, response, what)
    },
  }
}

async function* encodedItems(items: AsyncIterable<unknown>, codec: AnyCodec, what: string): AsyncGenerator<Answer> {
  let encoding = false
  try {
    for await (const item of items) {
      encoding = true
      const encoded = encodeWith(codec, item, `item of ${what}`)
      encoding = false
      yield encoded
    }
  } catch (error) {
    throw encoding ? error : outOfHandler(error)
  }
}

/** What can be written in place goes straight into the ring. */
function encode(codec: AnyCodec, result: unknown, what: string): Uint8Array | Writable {
  if (!isAsyncIterable(result)) return encodeWith(codec, result, `response of ${what}`)
  throw new RpcError(
    ErrorCode.rpcNotSerialisable,
    `The response of ${what} is a stream, and its handler no async generator: \`async *\` makes it one`,
  )
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Seen on the function itself, before it is called: compilers leave it as it is from ES2018 on. */
export function isAsyncGenerator(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]'
}
