import { ErrorCode, RingwayError } from '../errors.js'
import { type AnyCodec, type BytesCodec, type Codec, checkCodec, type Decoded, type Encodable } from './codecs.js'
import type { HandlerContext } from './handler.js'
import { checkMethodName, checkMsgType } from './handler-key.js'
import { addMark, type HandlerMark } from './handler-marks.js'

/** How the payloads of a handler are read and written. */
export interface HandlerCodecs<Request extends AnyCodec, Response extends AnyCodec> {
  /** What callers send. */
  readonly request?: Request
  /** What they get back: the reply, or each item of a stream. */
  readonly response?: Response
}

/** `json()` without a type knows nothing of its values: then any type will do. */
type RequestOf<C extends AnyCodec> = unknown extends Decoded<C> ? never : Decoded<C>
type Answer<Value> = Value | Promise<Value> | AsyncGenerator<Value, unknown, unknown>
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing answers with nothing
type ResponseOf<C extends AnyCodec> = Answer<unknown extends Encodable<C> ? unknown : Encodable<C> | void>

type HandlerDecorator<Request extends AnyCodec, Response extends AnyCodec> = <
  This,
  Method extends (this: This, request: RequestOf<Request>, context: HandlerContext) => ResponseOf<Response>,
>(
  method: Method,
  context: ClassMethodDecoratorContext<This, Method>,
) => void

/**
 * The method answers calls of a message type.
 * @param msgType 0 to 65534
 * @param codecs bytes unless given
 * @throws `ERR_RINGWAY_INVALID_ARGUMENT` when the class is defined; when it is registered, if two methods answer to one type
 */
export function rpc<Request extends AnyCodec = BytesCodec, Response extends AnyCodec = BytesCodec>(
  msgType: number,
  codecs: HandlerCodecs<Request, Response> = {},
): HandlerDecorator<Request, Response> {
  refuseBare('rpc', msgType)
  return (_method, context) => {
    checkMsgType(msgType, describe(context))
    mark(context, msgType, codecs)
  }
}

/**
 * The method answers calls by name.
 * @param name its own name unless given: 1 to 65535 bytes as UTF-8
 * @param codecs `json()` unless given
 * @throws as `rpc`
 */
export function method<Request extends AnyCodec = Codec<unknown>, Response extends AnyCodec = Codec<unknown>>(
  name?: string,
  codecs: HandlerCodecs<Request, Response> = {},
): HandlerDecorator<Request, Response> {
  refuseBare('method', name)
  return (_method, context) => {
    const called = name ?? context.name
    checkMethodName(called, describe(context))
    mark(context, called, codecs)
  }
}

/** What is read of a decorator's context. */
interface Place {
  readonly kind: string
  readonly name: string | symbol
  readonly static: boolean
  readonly private: boolean
  readonly metadata: object | undefined
}

function mark(place: Place, key: HandlerMark['key'], { request, response }: HandlerCodecs<AnyCodec, AnyCodec>): void {
  const who = describe(place)
  if (place.kind !== 'method' || place.static || place.private) {
    throw new RingwayError(ErrorCode.invalidArgument, `A handler is a public method of an object, and ${who} is none`)
  }
  if (place.metadata === undefined) {
    throw new RingwayError(
      ErrorCode.invalidArgument,
      `${who} was decorated without metadata: Symbol.metadata must be defined before its class, which importing ringway/rpc does`,
    )
  }
  if (request !== undefined) checkCodec(request, `request of ${who}`)
  if (response !== undefined) checkCodec(response, `response of ${who}`)
  addMark(place.metadata, { property: place.name, key, request, response })
}

/** `@rpc` alone hands over the method itself. Without this it would be replaced by a decorator, and nobody told. */
function refuseBare(decorator: string, given: unknown): void {
  if (typeof given !== 'function') return
  const example = decorator === 'rpc' ? '@rpc(1)' : '@method()'
  throw new RingwayError(ErrorCode.invalidArgument, `@${decorator} is called: write ${example}, not @${decorator}`)
}

function describe({ name }: Pick<Place, 'name'>): string {
  return String(name)
}
