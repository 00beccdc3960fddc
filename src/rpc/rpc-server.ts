import { mappedDefaults } from '../bus/mapped-defaults.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { acceptLinks } from '../transport/listener.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { CallServer, type CallServerOptions } from './call-server.js'
import type { AnyCodec, BytesCodec, Codec, Decoded, Encodable } from './codecs.js'
import type { HandlerCodecs } from './decorators.js'
import type { Handler } from './handler.js'
import { HandlerRegistry, type Handlers } from './handler-registry.js'
import { asCallee, type RpcListenOptions } from './rpc-bus.js'
import { RpcError } from './rpc-error.js'

/** For `RpcServer.listen`. */
export interface RpcServerOptions extends Omit<RpcListenOptions, 'timeoutMs'> {
  /**
   * Size of each client's ring for calls: a power of two from 256 to 2^31. One request takes at most half of it.
   * @default 2^20
   */
  readonly capacityBytes?: number
  /**
   * Size of each client's ring for replies, as for calls.
   * @default capacityBytes
   */
  readonly replyCapacityBytes?: number
  /**
   * How many handlers may run at a time for one client, from 1. Further calls wait, and in the end slow the client down.
   * @default 256
   */
  readonly maxConcurrent?: number
  /**
   * Whether a caller may see the stack of what a handler threw.
   * @default false
   */
  readonly exposeStacks?: boolean
}

const usualCapacityBytes = 2 ** 20
const usualConcurrency = 256

/**
 * The answering end for any number of clients, each with its own pair of rings. Nothing that a client sends, and nothing
 * that a handler does, ends it. Keeps the process alive until it is closed, unless `unref` says otherwise.
 */
export class RpcServer implements Disposable, AsyncDisposable {
  /**
   * Listens on `path`, and resolves when clients can connect.
   * @param path of a Unix socket, at most 107 bytes. A dead socket there is replaced; anything else is left alone.
   * @param handlers an object of a class with `@rpc` and `@method`, functions by name, a `HandlerRegistry`, or several
   * @throws (rejects) as `Bus.listen`; `ERR_RINGWAY_INVALID_ARGUMENT`
   */
  static async listen(path: string, handlers: Handlers = [], options: RpcServerOptions = {}): Promise<RpcServer> {
    const server = new RpcServer(path, handlers, options)
    await server.#listening
    return server
  }

  /** Who answers: handlers can be added at any time. */
  readonly handlers: HandlerRegistry
  /** Resolves when the server has closed and the path is gone; never rejects. */
  readonly closed: Promise<void>
  readonly #path: string
  readonly #onPeerError: ((error: RingwayError) => void) | undefined
  readonly #serving: CallServerOptions
  readonly #links: ReturnType<typeof acceptLinks>
  readonly #clients = new Set<CallServer>()
  readonly #listening: Promise<void>
  #isListening!: () => void
  #cannotListen!: (error: unknown) => void
  #listens = false
  #referenced = true
  #closing: Promise<unknown> | undefined

  private constructor(path: string, handlers: Handlers, options: RpcServerOptions) {
    const { capacityBytes = usualCapacityBytes, replyCapacityBytes = capacityBytes } = options
    this.handlers = handlers instanceof HandlerRegistry ? handlers : new HandlerRegistry(handlers)
    this.#path = path
    this.#serving = {
      ...mappedDefaults(options),
      maxConcurrent: checkConcurrency(options.maxConcurrent ?? usualConcurrency),
      exposeStacks: options.exposeStacks === true,
    }
    this.#onPeerError = outlived(options.onPeerError)
    this.#listening = new Promise((resolve, reject) => {
      this.#isListening = resolve
      this.#cannotListen = reject
    })
    const onListening = (): void => {
      this.#listens = true
      this.#isListening()
      options.onListening?.()
    }
    const accepting = asCallee({ ...options, onListening, onPeerError: this.#onPeerError })
    this.#links = acceptLinks(path, [capacityBytes, replyCapacityBytes], accepting)
    this.closed = this.#acceptAll()
  }

  /** Adds a function for calls of a message type: see `HandlerRegistry.register`. @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
  register<Request extends AnyCodec = BytesCodec, Response extends AnyCodec = BytesCodec>(
    key: number,
    handler: Handler<Decoded<Request>, Encodable<Response> | undefined>,
    codecs?: HandlerCodecs<Request, Response>,
  ): this
  /** Adds a function for calls by name. */
  register<Request, Response>(
    key: string,
    handler: Handler<Request, Response>,
    codecs?: HandlerCodecs<Codec<Request>, Codec<Response>>,
  ): this
  register(key: number | string, handler: Handler<never, never>, codecs?: HandlerCodecs<AnyCodec, AnyCodec>): this {
    this.handlers.register(key as string, handler, codecs as HandlerCodecs<Codec<never>, Codec<never>>)
    return this
  }

  /** Clients that are connected now. */
  get clientCount(): number {
    return this.#clients.size
  }

  /** Handlers that run now, for all clients. */
  get runningCalls(): number {
    let running = 0
    for (const client of this.#clients) running += client.runningCalls
    return running
  }

  /**
   * Stops listening, and ends every connection: calls under way fail with `ERR_RINGWAY_RPC_SERVER_CLOSING`, and their
   * handlers' signals are aborted. Harmless when repeated.
   */
  close(): void {
    if (this.#closing !== undefined) return
    this.#closing = this.#links.return().catch(() => undefined)
    const reason = new RpcError(ErrorCode.rpcServerClosing, `The server on ${this.#path} is closing`)
    for (const client of this.#clients) client.closeBecause(reason)
  }

  /** Keeps the process alive until it is closed (the default). */
  ref(): this {
    this.#referenced = true
    this.#links.keepAlive(true)
    for (const client of this.#clients) client.ref()
    return this
  }

  /** Lets the process exit although clients may come or call. Calls then wake it, and are not polled for. */
  unref(): this {
    this.#referenced = false
    this.#links.keepAlive(false)
    for (const client of this.#clients) client.unref()
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  /** Never rejects: what ends it before it listens is told by `listen`, and afterwards by `onPeerError`. */
  async #acceptAll(): Promise<void> {
    try {
      for await (const link of this.#links) this.#serve(link)
    } catch (error) {
      this.#cannotListen(error)
      if (this.#listens && error instanceof RingwayError) this.#onPeerError?.(error)
    }
    this.close()
    await this.#closing
  }

  #serve(link: MappedLink): void {
    let client: CallServer
    try {
      client = new CallServer(link, this.handlers, this.#serving)
    } catch (error) {
      // The peer has spoilt its ring by now: its loss, and no reason to stop.
      if (!(error instanceof RingwayError)) throw error
      this.#onPeerError?.(error)
      return
    }
    this.#clients.add(client)
    void client.closed.then((end) => {
      this.#clients.delete(client)
      client.close()
      if (end.kind === 'corrupt') this.#onPeerError?.(end.error)
    })
    if (!this.#referenced) client.unref()
    if (this.#closing !== undefined) {
      // It came while the server closed.
      client.close()
      return
    }
    try {
      client.start()
    } catch (error) {
      client.close()
      if (!(error instanceof RingwayError)) throw error
      this.#onPeerError?.(error)
    }
  }
}

/**
 * Nobody waits for a server's next client, so what `tell` throws has no other way out than as an uncaught exception, where
 * the faults of all callbacks end. The server goes on.
 */
function outlived(tell: RpcServerOptions['onPeerError']): RpcServerOptions['onPeerError'] {
  if (tell === undefined) return undefined
  return (error) => {
    try {
      tell(error)
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown
      })
    }
  }
}

function checkConcurrency(maxConcurrent: number): number {
  if (maxConcurrent >= 1 && (Number.isInteger(maxConcurrent) || maxConcurrent === Number.POSITIVE_INFINITY)) {
    return maxConcurrent
  }
  throw new RingwayError(ErrorCode.invalidArgument, `maxConcurrent is an integer from 1, not ${String(maxConcurrent)}`)
}
