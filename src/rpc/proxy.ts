import { ErrorCode, RingwayError } from '../errors.js'
import type { CallOptions, StreamOptions } from './client-api.js'
import { marksOf } from './handler-marks.js'
import { isAsyncGenerator } from './resolved-handler.js'
import { type ByteCalls, type CallCodecs, callWith, streamWith } from './typed-calls.js'

type RemoteFunction = (request?: unknown, options?: CallOptions & StreamOptions) => unknown

/** What a proxy has to know of a method to call it. */
interface RemoteMethod extends CallCodecs {
  readonly key: number | string
  readonly streams: boolean
}

/** A class of handlers, as far as a proxy looks at it. */
export type HandlerClass<Api extends object> = abstract new (...parameters: never[]) => Api

/** A proxy of an interface: every property is a method of that name. */
export function proxyOfNames(calls: ByteCalls, streams: Readonly<Record<string, unknown>>): object {
  return proxy((property) => remoteFunction(calls, { key: property, streams: Object.hasOwn(streams, property) }))
}

/** A proxy of a class with decorated methods: it calls them as they are decorated. @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function proxyOfClass(calls: ByteCalls, definition: HandlerClass<object>): object {
  const methods = new Map<string, RemoteMethod>()
  for (const { property, key, request, response } of marksOf(definition)) {
    if (typeof property !== 'string' || methods.has(property)) continue
    const streams = isAsyncGenerator((definition.prototype as Record<string, unknown>)[property])
    methods.set(property, { key, request, response, streams })
  }
  if (methods.size === 0) {
    throw new RingwayError(ErrorCode.invalidArgument, `${definition.name} has no method with @rpc or @method`)
  }
  return proxy((property) => {
    const remote = methods.get(property)
    if (remote !== undefined) return remoteFunction(calls, remote)
    throw new RingwayError(ErrorCode.invalidArgument, `${definition.name}.${property} has no @rpc or @method`)
  })
}

/** Names that programs look for in any object, to learn what it is: nothing remote. */
const neverRemote: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor'])

function proxy(functionOf: (property: string) => RemoteFunction): object {
  const made = new Map<string, RemoteFunction>()
  return new Proxy(Object.freeze({}), {
    get(_target, property) {
      if (typeof property === 'symbol' || neverRemote.has(property)) return undefined
      // What becomes a text, in a log perhaps, is to make no calls.
      if (property === 'toString' || property === 'valueOf') return Object.prototype[property]
      let remote = made.get(property)
      if (remote === undefined) {
        remote = functionOf(property)
        made.set(property, remote)
      }
      return remote
    },
  })
}

function remoteFunction(calls: ByteCalls, { key, streams, request, response }: RemoteMethod): RemoteFunction {
  const codecs = { request, response }
  if (streams) return (value, options) => streamWith(calls, key, value, codecs, options)
  return (value, options) => callWith(calls, key, value, codecs, options)
}
