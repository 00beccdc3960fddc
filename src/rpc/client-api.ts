import type { Codec } from './codecs.js'
import type { RpcStream } from './rpc-stream.js'

/** What a single call may say. */
export interface CallOptions {
  /** Gives up the call, and tells the handler so. The promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** How long the answer may take, in milliseconds from 0. What the client was connected with unless given. */
  readonly timeoutMs?: number | undefined
}

/** What a call that is answered with a stream may say. */
export interface StreamOptions {
  /** Ends the stream, and tells the handler so. The loop throws `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** How long each item may take, in milliseconds from 0. For ever unless given. */
  readonly timeoutMs?: number | undefined
  /**
   * How many items the handler may be ahead of the loop, from 1. They are kept in memory.
   * @default 64
   */
  readonly window?: number | undefined
}

/** How the payloads of one call are written and read, where it is not as usual. */
export interface CodecOptions<Request, Response> {
  /** What is sent. */
  readonly request?: Codec<Request> | undefined
  /** What comes back: the reply, or each item of a stream. */
  readonly response?: Codec<Response> | undefined
}

type Method = (...parameters: never[]) => unknown

/** The request of a handler is its first parameter; a handler without one gets none. */
type Request<Parameters extends unknown[]> = Parameters extends []
  ? [request?: undefined]
  : Parameters extends [infer First, ...unknown[]]
    ? [request: First]
    : Parameters extends [(infer First)?, ...unknown[]]
      ? [request?: First]
      : [request?: undefined]

type Remote<M extends Method> =
  ReturnType<M> extends AsyncIterable<infer Item>
    ? (...parameters: [...Request<Parameters<M>>, options?: StreamOptions]) => RpcStream<Item>
    : (...parameters: [...Request<Parameters<M>>, options?: CallOptions]) => Promise<Awaited<ReturnType<M>>>

/** The names of those methods of an interface that a client can call. */
type MethodNames<Api> = {
  [Name in keyof Api]: Name extends string ? (Api[Name] extends Method ? Name : never) : never
}[keyof Api]

/** The names of those that are answered with a stream. */
export type StreamNames<Api> = {
  [Name in MethodNames<Api>]: Api[Name] extends (...parameters: never[]) => AsyncIterable<unknown> ? Name : never
}[MethodNames<Api>]

/** An interface says nothing at run time, so a proxy of one is told which of its methods are streams: all of them. */
export type ProxyOptions<Api> = [StreamNames<Api>] extends [never]
  ? []
  : [options: { readonly streams: { readonly [Name in StreamNames<Api>]: true } }]

/**
 * A handler class, or an interface, as its callers see it: each method takes the request and the options of the call, and
 * gives a promise of the answer, or a stream.
 */
export type Proxied<Api> = {
  readonly [Name in MethodNames<Api>]: Api[Name] extends Method ? Remote<Api[Name]> : never
}
