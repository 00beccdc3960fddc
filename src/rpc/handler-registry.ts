import { ErrorCode, RingwayError } from '../errors.js'
import {
  type AnyCodec,
  type BytesCodec,
  bytes,
  type Codec,
  checkCodec,
  type Decoded,
  type Encodable,
  json,
} from './codecs.js'
import type { HandlerCodecs } from './decorators.js'
import type { Handler, ResolvedHandler } from './handler.js'
import { checkMethodName, checkMsgType, describeKey } from './handler-key.js'
import { marksOf } from './handler-marks.js'
import type { HandlerLookup } from './registry.js'
import { resolveHandler } from './resolved-handler.js'

/**
 * What answers calls: an object whose class has decorated methods, functions by name or message type, a registry, or
 * several of these.
 */
export type Handlers = object | readonly object[]

interface Entry {
  /** Names the handler in messages: `Pricing.quote`. */
  readonly who: string
  readonly handler: ResolvedHandler
}

/** Who answers which call. Handlers can be added at any time; none is ever replaced. */
export class HandlerRegistry implements HandlerLookup {
  readonly #byType = new Map<number, Entry>()
  readonly #byName = new Map<string, Entry>()

  /** @throws `ERR_RINGWAY_INVALID_ARGUMENT` as `add` */
  constructor(handlers: Handlers = []) {
    this.add(handlers)
  }

  /**
   * Adds the decorated methods of an object, those that it inherits too; or the functions of a plain object, by their
   * names, those whose names are numbers by message type.
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT` when there is nothing to add, or when two handlers answer to one call
   */
  add(handlers: Handlers): this {
    if (Array.isArray(handlers)) {
      for (const each of handlers) this.add(each)
    } else if (handlers instanceof HandlerRegistry) {
      this.#addAll(handlers)
    } else {
      this.#addObject(handlers as Record<string | symbol, unknown>)
    }
    return this
  }

  /**
   * Adds a function for calls of a message type. It gets and returns bytes unless codecs are given.
   * @param key message type, 0 to 65534; or a name of 1 to 65535 bytes as UTF-8
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT`
   */
  register<Request extends AnyCodec = BytesCodec, Response extends AnyCodec = BytesCodec>(
    key: number,
    handler: Handler<Decoded<Request>, Encodable<Response> | undefined>,
    codecs?: HandlerCodecs<Request, Response>,
  ): this
  /** Adds a function for calls by name. It gets and returns what JSON can hold unless codecs are given. */
  register<Request, Response>(
    key: string,
    handler: Handler<Request, Response>,
    codecs?: HandlerCodecs<Codec<Request>, Codec<Response>>,
  ): this
  register(key: number | string, handler: unknown, codecs: HandlerCodecs<AnyCodec, AnyCodec> = {}): this {
    return this.#register(key, handler, codecs, `the handler of ${describeKey(key)}`)
  }

  /** Who answers calls of a message type. */
  byType(msgType: number): ResolvedHandler | undefined {
    return this.#byType.get(msgType)?.handler
  }

  /** Who answers calls by a name. */
  byName(name: string): ResolvedHandler | undefined {
    return this.#byName.get(name)?.handler
  }

  /** Every message type and name that is answered. */
  get keys(): readonly (number | string)[] {
    return [...this.#byType.keys(), ...this.#byName.keys()]
  }

  #addAll(other: HandlerRegistry): void {
    for (const [key, entry] of other.#byType) this.#put(this.#byType, key, entry)
    for (const [key, entry] of other.#byName) this.#put(this.#byName, key, entry)
  }

  #addObject(object: Record<string | symbol, unknown>): void {
    if (typeof object !== 'object' || object === null) {
      throw invalid(`Handlers are an object, or several, not ${object === null ? 'null' : typeof object}`)
    }
    const marks = marksOf(object.constructor)
    const className = object.constructor?.name || 'an object'
    for (const { property, key, request, response } of marks) {
      const who = `${className}.${String(property)}`
      this.#register(key, object[property], { ...(request && { request }), ...(response && { response }) }, who, object)
    }
    if (marks.length > 0) return
    if (!isPlain(object)) throw invalid(`${className} has no method with @rpc or @method`)
    for (const [name, value] of Object.entries(object)) this.#register(keyOf(name), value, {}, `handler ${name}`)
  }

  #register(
    key: number | string,
    handler: unknown,
    codecs: HandlerCodecs<AnyCodec, AnyCodec>,
    who: string,
    self?: object,
  ): this {
    if (typeof handler !== 'function') throw invalid(`${who} is no function but ${typeof handler}`)
    const byType = typeof key === 'number'
    if (byType) checkMsgType(key, who)
    else checkMethodName(key, who)
    const usual: AnyCodec = byType ? bytes : json()
    const { request = usual, response = usual } = codecs
    checkCodec(request, `request of ${who}`)
    checkCodec(response, `response of ${who}`)
    const entry = { who, handler: resolveHandler(handler as Handler, self, { request, response }, describeKey(key)) }
    if (byType) this.#put(this.#byType, key, entry)
    else this.#put(this.#byName, key, entry)
    return this
  }

  #put<Key extends number | string>(entries: Map<Key, Entry>, key: Key, entry: Entry): void {
    const other = entries.get(key)
    if (other !== undefined) throw invalid(`${other.who} and ${entry.who} both answer to ${describeKey(key)}`)
    entries.set(key, entry)
  }
}

/** A number as JavaScript writes it, as the keys of objects are. */
function keyOf(name: string): number | string {
  return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : name
}

/** An object literal, an object without a prototype, or a module. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype
}

function invalid(message: string): RingwayError {
  return new RingwayError(ErrorCode.invalidArgument, message)
}
