import { type Payload, payloadBytes } from '../bus/payload.js'
import type { BusEnd, BusState } from '../bus/session.js'
import type { PeerInfo } from '../transport/link.js'
import type { CallOptions, CodecOptions, Proxied, ProxyOptions, StreamOptions } from './client-api.js'
import { ClientConnection, type RpcClientOptions } from './client-connection.js'
import { type HandlerClass, proxyOfClass, proxyOfNames } from './proxy.js'
import type { RpcStream } from './rpc-stream.js'
import { callWith, streamWith } from './typed-calls.js'

const nothing = new Uint8Array(0)

/**
 * The asking end of an RPC connection: any number of calls under way, and replies in any order. With `reconnect`, one
 * connection after another.
 */
export class RpcClient implements Disposable, AsyncDisposable {
  /**
   * Connects to the server that listens on `path`, or to any callee that speaks Tachyon's ABI 0x04.
   * @param path of a Unix socket, at most 107 bytes
   * @throws (rejects) as `Bus.connect`
   */
  static async connect(path: string, options: RpcClientOptions = {}): Promise<RpcClient> {
    return new RpcClient(await ClientConnection.open(path, options))
  }

  readonly #connection: ClientConnection

  private constructor(connection: ClientConnection) {
    this.#connection = connection
  }

  /** Resolves, once, with how the connection ended; never rejects. With `reconnect`, only `close()` ends it. */
  get closed(): Promise<BusEnd> {
    return this.#connection.closed
  }

  /** `open`, or how the connection ended. */
  get state(): BusState {
    return this.#connection.channel.state
  }

  /** Who answers. */
  get peer(): PeerInfo {
    return this.#connection.channel.peer
  }

  /** The largest request that the ring takes. */
  get maxPayloadBytes(): number {
    return this.#connection.channel.maxPayloadBytes
  }

  /** Calls that have no answer yet. */
  get pendingCalls(): number {
    return this.#connection.channel.pendingCalls
  }

  /** Replies that nobody waited for any more. */
  get droppedReplies(): number {
    return this.#connection.droppedReplies
  }

  /**
   * Calls the handler of a message type, in bytes.
   * @param msgType 0 to 65534
   * @param payload bytes, at most `maxPayloadBytes`; free to be changed when this returns
   * @returns the reply, as bytes of your own
   * @throws (rejects) `RpcError` and its codes; `TimeoutError`; `signal.reason`; how the connection ended
   */
  call(msgType: number, payload: Payload = nothing, options?: CallOptions): Promise<Uint8Array> {
    try {
      return this.#connection.request(msgType, payloadBytes(payload), options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Calls a handler through codecs.
   * @param target a name of 1 to 65535 bytes as UTF-8, for JSON; or a message type, for bytes; unless codecs are given
   * @param request what its codec takes
   * @throws (rejects) as `call`; `ERR_RINGWAY_RPC_NOT_SERIALISABLE`
   */
  invoke<Response = unknown, Request = unknown>(
    target: number | string,
    request?: Request,
    options?: CallOptions & CodecOptions<Request, Response>,
  ): Promise<Response> {
    return callWith(this.#connection, target, request, options ?? {}, options) as Promise<Response>
  }

  /**
   * Calls a handler that is an async generator.
   * @param target message type, 0 to 65534, for bytes; or a name, for JSON; unless codecs are given
   * @returns what it yields, for one `for await`. Leaving the loop tells the handler to stop; a stream that nobody loops over,
   *   and that is not given back by `return()`, keeps its handler waiting.
   * @throws as `invoke`; `ERR_RINGWAY_RPC_PROTOCOL` when the other end is no ringway
   */
  stream<Item = Uint8Array, Request = Payload>(
    target: number,
    request?: Request,
    options?: StreamOptions & CodecOptions<Request, Item>,
  ): RpcStream<Item>
  stream<Item = unknown, Request = unknown>(
    target: string,
    request?: Request,
    options?: StreamOptions & CodecOptions<Request, Item>,
  ): RpcStream<Item>
  stream(
    target: number | string,
    request?: unknown,
    options?: StreamOptions & CodecOptions<never, unknown>,
  ): RpcStream<unknown> {
    return streamWith(this.#connection, target, request, options ?? {}, options)
  }

  /**
   * An object with the methods of an interface: each call of one is a call of the handler with its name, in JSON.
   * @param options `streams`, where some of them are async generators: `{ prices: true }`
   */
  proxy<Api extends object>(...options: ProxyOptions<Api>): Proxied<Api>
  /**
   * An object with the decorated methods of a class: each call of one is a call of the handler, with its codecs.
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT` when it has none
   */
  proxy<Api extends object>(handlers: HandlerClass<Api>): Proxied<Api>
  proxy(first?: HandlerClass<object> | { readonly streams: Readonly<Record<string, true>> }): object {
    if (typeof first === 'function') return proxyOfClass(this.#connection, first)
    return proxyOfNames(this.#connection, first?.streams ?? {})
  }

  /** Ends every call, says goodbye, and gives the memory back. Harmless when repeated. */
  close(): void {
    this.#connection.close()
  }

  /** Lets calls under way keep the process alive (the default). */
  ref(): this {
    this.#connection.keepAlive(true)
    return this
  }

  /** Lets the process exit although calls are under way. Their replies then wake it, and are not polled for. */
  unref(): this {
    this.#connection.keepAlive(false)
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
