import { mappedDefaults } from '../bus/mapped-defaults.js'
import { copyOf } from '../bus/rx-guard.js'
import type { BusEnd } from '../bus/session.js'
import { deadlineOf } from '../bus/wait-options.js'
import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import { connectLink } from '../transport/connector.js'
import { CallChannel } from './call-channel.js'
import type { CallOptions } from './client-api.js'
import { frameType, ROUTE_NAMED_CALL, ROUTE_PLAIN } from './frames.js'
import { checkMethodName, checkMsgType } from './handler-key.js'
import type { IncomingStream, StreamListener } from './incoming-stream.js'
import { LaterStream } from './later-stream.js'
import { namedBody } from './named-body.js'
import { type FrameBody, writtenBytes } from './outbox.js'
import { asCaller, type RpcConnectOptions } from './rpc-bus.js'
import { RpcError } from './rpc-error.js'
import type { ByteCalls } from './typed-calls.js'

/** For `RpcClient.connect`. */
export interface RpcClientOptions extends RpcConnectOptions {
  /** For calls that do not say otherwise: milliseconds from 0. For ever unless given. */
  readonly callTimeoutMs?: number
  /**
   * Whether calls connect anew once the server has ended, and how long they wait for the next one (5000 ms for `true`).
   * Calls that were under way fail in any case, and are never repeated.
   * @default false
   */
  readonly reconnect?: boolean | { readonly waitForListenerMs: number }
}

const usualReconnectMs = 5000
const longestTimerMs = 0x7fff_ffff
const namedCall = frameType(ROUTE_NAMED_CALL, 0)

/** A client's calls in bytes, over one channel after another. */
export class ClientConnection implements ByteCalls {
  static async open(path: string, options: RpcClientOptions): Promise<ClientConnection> {
    deadlineOf({ timeoutMs: options.callTimeoutMs })
    return new ClientConnection(path, options, await openChannel(path, options))
  }

  readonly closed: Promise<BusEnd>
  readonly #path: string
  readonly #options: RpcClientOptions
  readonly #timeoutMs: number | undefined
  readonly #abort = new AbortController()
  #channel: CallChannel
  #closed: RingwayError | undefined
  #connecting: Promise<CallChannel> | undefined
  #referenced = true
  #droppedBefore = 0
  #resolveClosed: ((end: BusEnd) => void) | undefined

  private constructor(path: string, options: RpcClientOptions, channel: CallChannel) {
    this.#path = path
    this.#options = options
    this.#timeoutMs = options.callTimeoutMs
    this.#channel = channel
    this.closed = options.reconnect
      ? new Promise((resolve) => {
          this.#resolveClosed = resolve
        })
      : channel.closed
  }

  /** The connection that there is, or was last. */
  get channel(): CallChannel {
    return this.#channel
  }

  get droppedReplies(): number {
    return this.#droppedBefore + this.#channel.droppedReplies
  }

  request(target: number | string, body: FrameBody, options: CallOptions | undefined): Promise<Uint8Array> {
    try {
      const typeId = this.#typeOf(target)
      const frame = typeof target === 'string' ? namedBody(target, body) : body
      const timeoutMs = options?.timeoutMs ?? this.#timeoutMs
      if (this.#connects) {
        return this.#requestLater(typeId, target, copyOf(writtenBytes(frame)), options?.signal, timeoutMs)
      }
      return this.#channel.call(typeId, target, frame, options?.signal, timeoutMs)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  openStream(
    target: number | string,
    body: FrameBody,
    options: Pick<CallOptions, 'signal'> | undefined,
    listener: StreamListener,
  ): IncomingStream {
    const signal = options?.signal
    const typeId = this.#typeOf(target)
    const frame = typeof target === 'string' ? namedBody(target, body) : body
    if (!this.peer.native) throw needsNative(`A stream from ${target}`)
    if (!this.#connects) return this.#channel.openStream(typeId, target, frame, listener, signal)
    signal?.throwIfAborted()
    const own = copyOf(writtenBytes(frame))
    const opened = soonEnough(this.#connected(), signal, undefined).then((channel) =>
      channel.openStream(typeId, target, own, listener, signal),
    )
    return new LaterStream(opened, listener)
  }

  get peer() {
    return this.#channel.peer
  }

  close(): void {
    this.#closed ??= new RingwayError(ErrorCode.closed, 'The client is closed')
    this.#abort.abort(this.#closed)
    this.#channel.close()
    this.#resolveClosed?.({ kind: 'closed' })
  }

  /** @param referenced whether calls under way keep the process alive */
  keepAlive(referenced: boolean): void {
    this.#referenced = referenced
    if (referenced) this.#channel.ref()
    else this.#channel.unref()
  }

  /** Whether the next call needs a new connection, and may have one. */
  get #connects(): boolean {
    return this.#channel.state !== 'open' && Boolean(this.#options.reconnect)
  }

  /** @throws what is wrong with the call before it is made */
  #typeOf(target: number | string): number {
    if (this.#closed !== undefined) throw this.#closed
    if (typeof target === 'number') {
      checkMsgType(target, 'a call')
      return frameType(ROUTE_PLAIN, target)
    }
    if (typeof target !== 'string') checkMethodName(target, 'a call')
    if (!this.peer.native) throw needsNative(`The call of ${target}`)
    return namedCall
  }

  /** Waits for the next server no longer than the call itself may last. */
  async #requestLater(
    typeId: number,
    target: number | string,
    frame: FrameBody,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
  ): Promise<Uint8Array> {
    const startedMs = performance.now()
    const channel = await soonEnough(this.#connected(), signal, timeoutMs)
    const restMs = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - startedMs))
    return await channel.call(typeId, target, frame, signal, restMs)
  }

  #connected(): Promise<CallChannel> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    // Whoever asked may have given up by now.
    this.#connecting.catch(() => undefined)
    return this.#connecting
  }

  async #connect(): Promise<CallChannel> {
    const { reconnect } = this.#options
    const waitForListenerMs = typeof reconnect === 'object' ? reconnect.waitForListenerMs : usualReconnectMs
    const { signal } = this.#abort
    const channel = await openChannel(this.#path, { ...this.#options, waitForListenerMs, signal })
    if (this.#closed !== undefined) {
      channel.close()
      throw this.#closed
    }
    this.#droppedBefore += this.#channel.droppedReplies
    this.#channel.close()
    this.#channel = channel
    this.keepAlive(this.#referenced)
    return channel
  }
}

async function openChannel(path: string, options: RpcClientOptions): Promise<CallChannel> {
  const endpoint = mappedDefaults(options)
  return new CallChannel(await connectLink(path, 2, asCaller(options)), endpoint)
}

function needsNative(what: string): RpcError {
  return new RpcError(
    ErrorCode.rpcProtocol,
    `${what} needs a ringway server: other programs know calls by message type alone`,
  )
}

/** The promise itself goes on: others may wait for it too. */
async function soonEnough<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): Promise<T> {
  const deadlineMs = deadlineOf({ timeoutMs })
  if (signal?.aborted) throw signal.reason
  return await new Promise<T>((resolve, reject) => {
    const timer =
      deadlineMs === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(
            () => reject(new TimeoutError(`No server was there again within ${timeoutMs} ms`)),
            Math.min(timeoutMs as number, longestTimerMs),
          )
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const settled = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    promise.then(resolve, reject).then(settled, settled)
  })
}
