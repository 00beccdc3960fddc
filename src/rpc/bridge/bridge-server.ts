import { KeepAlive } from '../../bus/keep-alive.js'
import { ErrorCode, RingwayError } from '../../errors.js'
import type { BridgeChannel } from '../../transport/bridge-channel.js'
import { claimChannel } from '../../transport/bridge-claim.js'
import { SlowPoll } from '../../transport/slow-poll.js'
import { RpcError } from '../rpc-error.js'
import { AnswerSlot } from './answer-slot.js'
import {
  amount,
  type BridgeEnd,
  type BridgeHandler,
  type BridgeServerOptions,
  defaultHotUs,
  defaultTimeoutMs,
} from './bridge-options.js'
import { type BridgeRequest, decodeRequest, encodeFailure, encodeResult } from './envelope.js'
import { closingText, failureText, unknownMethodText } from './failure-text.js'
import { LookTimer } from './look-timer.js'
import { MessageWatch } from './message-watch.js'
import { ServedCall } from './served-call.js'
import { noteServer } from './served-here.js'

const defaultBufferBytes = 4096

/**
 * Serves Python `shm_rpc_bridge.RPCClient`s and `BridgeClient`s, one call at a time: that is what the wire has room for.
 *
 * ```ts
 * const server = await BridgeServer.listen('calculator', { add: ({ a, b }: Sum) => a + b })
 * server.register('fetch', async ({ key }: { key: string }) => await load(key))
 * ```
 */
export class BridgeServer implements Disposable, AsyncDisposable {
  /** Of the bridge. */
  readonly name: string
  /** Resolves when this server has ended, in whatever way, and given back what it held. Never rejects. */
  readonly closed: Promise<BridgeEnd>
  readonly #channel: BridgeChannel
  readonly #handlers = new Map<string, BridgeHandler>([['__running__', () => true]])
  readonly #handlerTimeoutMs: number
  readonly #onPeerError: (error: RingwayError) => void
  readonly #answers: AnswerSlot
  readonly #watch: MessageWatch
  readonly #roomPoll: SlowPoll
  readonly #keepAlive = new KeepAlive()
  readonly #looks = new LookTimer(() => this.#look())
  readonly #unnote: () => void
  #resolveClosed!: (end: BridgeEnd) => void
  #ended = false
  #current: ServedCall | undefined
  /** An answer that waits for the client to take the one before. */
  #waiting: { readonly bytes: Buffer; readonly requestedMs: number } | undefined

  private constructor(channel: BridgeChannel, options: BridgeServerOptions) {
    this.name = channel.name
    this.#channel = channel
    this.#handlerTimeoutMs = amount('handlerTimeoutMs', options.handlerTimeoutMs, Number.POSITIVE_INFINITY)
    this.#onPeerError = options.onPeerError ?? (() => undefined)
    this.#answers = new AnswerSlot(
      channel.response,
      amount('clientTimeoutMs', options.clientTimeoutMs, defaultTimeoutMs),
    )
    this.#watch = new MessageWatch(channel.request, amount('hotUs', options.hotUs, defaultHotUs), () => this.#serve())
    this.#roomPoll = new SlowPoll(() => this.#answerWaiting())
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#unnote = noteServer(this.name)
    this.#keepAlive.hold()
    this.#watch.start()
  }

  /**
   * Makes the six names of the bridge, and serves from the event loop of this thread.
   * @param name without slashes, 236 bytes at most
   * @param handlers by method; more can be added by `register`
   * @throws `ERR_RINGWAY_PATH_IN_USE` when a living process uses the names; `ERR_RINGWAY_INVALID_CAPACITY`
   */
  static async listen(
    name: string,
    handlers: Readonly<Record<string, BridgeHandler>> = {},
    options: BridgeServerOptions = {},
  ): Promise<BridgeServer> {
    checkOptions(options)
    const bufferBytes = options.bufferBytes ?? defaultBufferBytes
    const channel = await claimChannel(name, bufferBytes, options.takeOver ?? 'when-dead')
    const server = new BridgeServer(channel, options)
    try {
      for (const [method, handler] of Object.entries(handlers)) server.register(method, handler)
      return server
    } catch (error) {
      server.close()
      throw error
    }
  }

  /** Bytes that an answer may have as JSON, its envelope included. */
  get maxAnswerBytes(): number {
    return this.#channel.response.maxBytes
  }

  /** Adds a method, or replaces it. */
  register(method: string, handler: BridgeHandler): void {
    if (typeof handler !== 'function') {
      throw new RingwayError(ErrorCode.invalidArgument, `The handler of ${method} is a function, not ${typeof handler}`)
    }
    this.#handlers.set(method, handler)
  }

  /** The names go at once; a call that is being served fails, on the caller's side with that reason. Idempotent. */
  close(): void {
    this.#end({ kind: 'closed' })
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  /** Listening keeps the process alive (the default), or does not. */
  ref(): void {
    this.#keepAlive.allow(true)
  }

  /** Lets the process exit although clients may come or call. */
  unref(): void {
    this.#keepAlive.allow(false)
  }

  /** Takes one request, if the one before has been answered, and watches for the next. */
  #serve(): void {
    if (this.#ended || this.#current !== undefined || this.#waiting !== undefined) return
    try {
      const bytes = this.#channel.request.tryTake()
      if (bytes !== undefined) this.#handle(decodeRequest(bytes))
    } catch (error) {
      this.#report(error)
    }
    if (!this.#ended && this.#current === undefined && this.#waiting === undefined) this.#watch.start()
  }

  #handle(request: BridgeRequest & { readonly fault?: string }): void {
    const call = new ServedCall(request, this.#handlerTimeoutMs)
    const handler = this.#handlers.get(request.method)
    if (request.fault !== undefined) this.#answerFailure(call, `RPCError: Invalid request: ${request.fault}`)
    else if (handler === undefined) this.#answerFailure(call, unknownMethodText(request.method))
    else this.#run(call, handler, request.params)
  }

  #run(call: ServedCall, handler: BridgeHandler, params: BridgeRequest['params']): void {
    this.#current = call
    let result: unknown
    try {
      result = handler(params as never, call)
    } catch (error) {
      this.#settle(call, () => this.#answerFailure(call, failureText(error)))
      return
    }
    if (isThenable(result)) this.#await(call, result)
    else this.#settle(call, () => this.#answerResult(call, result))
  }

  #await(call: ServedCall, result: PromiseLike<unknown>): void {
    call.onTimeout((error) => this.#finish(call, () => this.#answerFailure(call, failureText(error))))
    Promise.resolve(result).then(
      (value) => this.#finish(call, () => this.#answerResult(call, value)),
      (error: unknown) => this.#finish(call, () => this.#answerFailure(call, failureText(error))),
    )
  }

  #finish(call: ServedCall, answer: () => void): void {
    try {
      this.#settle(call, answer)
    } catch (error) {
      this.#report(error)
    }
    this.#serve()
  }

  /** Whatever ends a call first answers it: its handler, its time-out, or the end of the server. */
  #settle(call: ServedCall, answer: () => void): void {
    if (this.#current !== call) return
    this.#current = undefined
    call.end()
    answer()
  }

  #answerResult(call: ServedCall, result: unknown): void {
    let bytes: Buffer
    try {
      bytes = encodeResult(call.id, call.method, result, this.maxAnswerBytes)
    } catch (error) {
      this.#answerFailure(call, failureText(error))
      return
    }
    this.#answer(call, bytes)
  }

  #answerFailure(call: ServedCall, text: string): void {
    const bytes = encodeFailure(call.id, text, this.maxAnswerBytes)
    if (bytes !== undefined) {
      this.#answer(call, bytes)
      return
    }
    throw new RpcError(
      ErrorCode.rpcTooLarge,
      `A call of ${call.method} cannot be answered: its request_id takes the ${this.maxAnswerBytes} bytes of the buffer`,
    )
  }

  #answer({ requestedMs }: ServedCall, bytes: Buffer): void {
    this.#looks.hurry()
    if (this.#answers.tryPut(bytes, requestedMs)) return
    // What the last client has not read is taken back in time, and then there is room.
    this.#waiting = { bytes, requestedMs }
    this.#roomPoll.again()
  }

  #answerWaiting(): void {
    const waiting = this.#waiting
    if (this.#ended || waiting === undefined) return
    try {
      if (!this.#answers.tryPut(waiting.bytes, waiting.requestedMs)) {
        this.#roomPoll.again()
        return
      }
    } catch (error) {
      this.#report(error)
    }
    this.#waiting = undefined
    this.#roomPoll.stop()
    this.#serve()
  }

  /** What nobody tells: clients that died or gave up, and names that somebody removed. */
  #look(): boolean {
    const { request } = this.#channel
    try {
      request.expectWhole()
      const now = performance.now()
      this.#answers.look(now)
      request.repair(now)
      if (request.hasName) return this.#answers.isUnread
      throw new RingwayError(
        ErrorCode.unsafeMemory,
        `The names of the bridge ${this.name} were removed by another program`,
      )
    } catch (error) {
      this.#report(error)
      return false
    }
  }

  #report(error: unknown): void {
    if (!(error instanceof RingwayError)) throw error
    const { code } = error
    if (code === ErrorCode.unsafeMemory || code === ErrorCode.system) this.#end({ kind: 'failed', error })
    else this.#onPeerError(error)
  }

  #end(end: BridgeEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.#channel.removeNames()
    this.#unnote()
    this.#watch.stop()
    this.#roomPoll.stop()
    this.#looks.stop()
    this.#keepAlive.dispose()
    if (end.kind === 'closed') this.#refuseLast()
    this.#current?.abort(new RingwayError(ErrorCode.closed, `The server of the bridge ${this.name} is closed`))
    this.#current?.end()
    this.#current = undefined
    void this.#channel.release().then(() => this.#resolveClosed(end))
  }

  /** Whoever waits now need not wait for its time-out. */
  #refuseLast(): void {
    try {
      if (this.#waiting !== undefined) this.#channel.response.tryPut(this.#waiting.bytes)
      const unread = this.#current === undefined ? this.#channel.request.tryTake() : undefined
      const id = this.#current?.id ?? (unread && decodeRequest(unread).id)
      const bytes = id === undefined ? undefined : encodeFailure(id, closingText, this.maxAnswerBytes)
      if (bytes !== undefined) this.#channel.response.tryPut(bytes)
    } catch (error) {
      if (!(error instanceof RingwayError)) throw error
      // They wait, then: what is wrong with the memory or the request is no reason not to close.
    }
  }
}

/** Before anything is made. */
function checkOptions({ handlerTimeoutMs, clientTimeoutMs, hotUs, takeOver = 'when-dead' }: BridgeServerOptions): void {
  amount('handlerTimeoutMs', handlerTimeoutMs, 0)
  amount('clientTimeoutMs', clientTimeoutMs, 0)
  amount('hotUs', hotUs, 0)
  if (['when-dead', 'never', 'always'].includes(takeOver)) return
  throw new RingwayError(ErrorCode.invalidArgument, `takeOver is when-dead, never or always, not ${String(takeOver)}`)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
