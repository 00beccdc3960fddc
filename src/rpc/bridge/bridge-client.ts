import { KeepAlive } from '../../bus/keep-alive.js'
import type { BlockOptions, WaitOptions } from '../../bus/wait-options.js'
import { ErrorCode, PeerDeadError, RingwayError } from '../../errors.js'
import { BridgeAttachment } from '../../transport/bridge-attachment.js'
import { SlowPoll } from '../../transport/slow-poll.js'
import { AnswerBox } from './answer-box.js'
import { awaitAnswerSync } from './blocking-call.js'
import { amount, type BridgeConnectOptions, type BridgeEnd, defaultHotUs, defaultTimeoutMs } from './bridge-options.js'
import type { BridgeAnswer } from './envelope.js'
import { failureOf } from './failure-text.js'
import { LookTimer } from './look-timer.js'
import { MessageWatch } from './message-watch.js'
import { BridgeCall, PendingCall } from './pending-call.js'
import { refuseOwnServer } from './served-here.js'

const longestTimerMs = 0x7fff_ffff

/**
 * Calls a Python `shm_rpc_bridge.RPCServer`, or a `BridgeServer`. The wire has room for one call at a time: calls made
 * meanwhile wait their turn, in order.
 *
 * ```ts
 * using client = await BridgeClient.connect('calculator')
 * const sum = await client.call<number>('add', { a: 1, b: 2 })
 * ```
 */
export class BridgeClient implements Disposable {
  /** Of the bridge. */
  readonly name: string
  /** Resolves when this client has ended, in whatever way, and given back what it held. Never rejects. */
  readonly closed: Promise<BridgeEnd>
  readonly #attachment: BridgeAttachment
  readonly #timeoutMs: number
  readonly #answers: AnswerBox
  readonly #watch: MessageWatch
  readonly #poll: SlowPoll
  readonly #keepAlive = new KeepAlive()
  readonly #looks = new LookTimer(() => this.#look())
  #resolveClosed!: (end: BridgeEnd) => void
  #error: RingwayError | undefined
  /** In order; the first one may have been sent. */
  #calls: PendingCall[] = []
  #sent: PendingCall | undefined
  #timer: NodeJS.Timeout | undefined
  #timerMs = Number.POSITIVE_INFINITY

  private constructor(attachment: BridgeAttachment, options: BridgeConnectOptions) {
    const { channel } = attachment
    this.name = channel.name
    this.#attachment = attachment
    this.#timeoutMs = amount('timeoutMs', options.timeoutMs, defaultTimeoutMs)
    this.#answers = new AnswerBox(channel)
    const advance = () => this.#advance()
    this.#watch = new MessageWatch(channel.response, amount('hotUs', options.hotUs, defaultHotUs), advance)
    this.#poll = new SlowPoll(advance)
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
  }

  /**
   * @param name the one given to the server
   * @throws `ERR_RINGWAY_NO_LISTENER` when there is no server, or only what a dead one left; `ERR_RINGWAY_BUSY` when the
   * bridge has a client; `ERR_RINGWAY_PEER_REFUSED` when it is another user's
   */
  static async connect(name: string, options: BridgeConnectOptions = {}): Promise<BridgeClient> {
    return new BridgeClient(await BridgeAttachment.attach(name, attachOptions(options)), options)
  }

  /** `connect`, blocking the thread. */
  static connectSync(name: string, options: BridgeConnectOptions = {}): BridgeClient {
    return new BridgeClient(BridgeAttachment.attachSync(name, attachOptions(options)), options)
  }

  /** Bytes that a request may have as JSON, its envelope included. */
  get maxRequestBytes(): number {
    return this.#attachment.channel.request.maxBytes
  }

  /**
   * @param params by name, as Python's keyword arguments
   * @throws RpcError with what the handler threw in `remote`; TimeoutError; PeerDeadError; `ERR_RINGWAY_RPC_TOO_LARGE` …
   */
  async call<Result = unknown>(method: string, params: object = {}, options: WaitOptions = {}): Promise<Result> {
    if (this.#error !== undefined) throw this.#error
    options.signal?.throwIfAborted()
    const call = this.#prepare(method, params, options)
    const pending = new PendingCall(call, options.signal, this.#abort)
    this.#calls.push(pending)
    this.#keepAlive.hold()
    this.#looks.hurry()
    this.#scheduleTimer(call.deadlineMs)
    if (this.#calls.length === 1) this.#advance()
    return (await pending.promise) as Result
  }

  /**
   * `call`, blocking the thread.
   * @throws the same; `ERR_RINGWAY_BUSY` while a promise waits; `ERR_RINGWAY_DEADLOCK` when this thread is the server
   */
  callSync<Result = unknown>(method: string, params: object = {}, options: BlockOptions = {}): Result {
    if (this.#error !== undefined) throw this.#error
    refuseOwnServer(this.name)
    if (this.#calls.length > 0) {
      throw new RingwayError(
        ErrorCode.busy,
        `Cannot call ${method} now: ${this.#calls.length} promised calls come first`,
      )
    }
    const call = this.#prepare(method, params, options)
    try {
      const answer = awaitAnswerSync(call, this.#attachment.channel, this.#answers, () => this.#lookOrThrow(true))
      return resultOf(call, answer) as Result
    } catch (error) {
      this.#endIfUnsafe(error)
      throw error
    } finally {
      if (this.#error === undefined && this.#answers.abandoned > 0) this.#watch.start()
    }
  }

  /** Calls that wait fail. Idempotent. */
  close(): void {
    this.#end({ kind: 'closed' }, new RingwayError(ErrorCode.closed, `The client of the bridge ${this.name} is closed`))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Calls that wait keep the process alive (the default), or do not. */
  ref(): void {
    this.#keepAlive.allow(true)
  }

  /** Lets the process exit although calls are under way. */
  unref(): void {
    this.#keepAlive.allow(false)
  }

  #prepare(method: string, params: object, options: BlockOptions): BridgeCall {
    return new BridgeCall(method, params, amount('timeoutMs', options.timeoutMs, this.#timeoutMs), this.maxRequestBytes)
  }

  /** Does what can be done now, and sees to it that it is called when there is more to do. */
  #advance(): void {
    try {
      if (this.#takeAnswers()) this.#sendNext()
      else this.#poll.again()
    } catch (error) {
      if (!this.#endIfUnsafe(error)) throw error
    }
    if (this.#error !== undefined) return
    if (this.#sent !== undefined || this.#answers.abandoned > 0) this.#watch.start()
    if (this.#calls.length === 0) this.#keepAlive.drop()
  }

  /** @returns false when an answer is there that is left to another client for a while */
  #takeAnswers(): boolean {
    for (;;) {
      const sent = this.#sent
      if (sent === undefined && this.#answers.abandoned === 0) return true
      try {
        const answer = this.#answers.take(sent?.call)
        if (answer === 'none') return true
        if (answer === 'left') return false
        if (answer !== 'dropped' && sent !== undefined) this.#settle(sent, () => resultOf(sent.call, answer))
      } catch (error) {
        if (!(error instanceof RingwayError) || error.code !== ErrorCode.rpcProtocol) throw error
        if (sent === undefined) continue
        this.#answers.abandon(sent.call)
        this.#settle(sent, () => {
          throw error
        })
      }
    }
  }

  #settle(pending: PendingCall, result: () => unknown): void {
    this.#forget(pending)
    try {
      pending.resolve(result())
    } catch (error) {
      pending.reject(error)
    }
  }

  #sendNext(): void {
    const next = this.#calls[0]
    if (this.#sent !== undefined || next === undefined) {
      this.#poll.stop()
    } else if (this.#attachment.channel.request.tryPut(next.call.bytes)) {
      this.#sent = next
      this.#poll.stop()
    } else {
      // The server has not taken an earlier request, or another client's.
      this.#poll.again()
    }
  }

  #forget(pending: PendingCall): void {
    if (this.#sent === pending) this.#sent = undefined
    const index = this.#calls.indexOf(pending)
    if (index >= 0) this.#calls.splice(index, 1)
  }

  /** Its caller gives up. */
  #giveUp(pending: PendingCall, reason: unknown): void {
    if (this.#sent === pending) this.#answers.giveUp(pending.call)
    this.#forget(pending)
    pending.reject(reason)
  }

  readonly #abort = (pending: PendingCall, reason: unknown): void => {
    this.#giveUp(pending, reason)
    this.#advance()
  }

  /** One timer for all calls, at the earliest deadline: one for each call would cost more than the call. */
  #scheduleTimer(deadlineMs: number): void {
    if (deadlineMs >= this.#timerMs) return
    clearTimeout(this.#timer)
    this.#timerMs = deadlineMs
    const restMs = Math.min(Math.max(1, Math.ceil(deadlineMs - performance.now())), longestTimerMs)
    this.#timer = setTimeout(() => this.#expire(), restMs).unref()
  }

  #expire(): void {
    this.#timerMs = Number.POSITIVE_INFINITY
    const now = performance.now()
    for (const pending of [...this.#calls]) {
      const { call } = pending
      if (call.deadlineMs > now) this.#scheduleTimer(call.deadlineMs)
      else this.#giveUp(pending, this.#answers.timeoutOf(call))
    }
    this.#advance()
  }

  /** What nobody tells: whether the server is still there, and whether it, or a client, died with a buffer in its hands. */
  #look(): boolean {
    const isWaiting = this.#calls.length > 0 || this.#answers.abandoned > 0
    try {
      this.#lookOrThrow(isWaiting)
    } catch (error) {
      this.#endIfUnsafe(error)
    }
    return isWaiting
  }

  /** @throws why the client has ended, if it has */
  #lookOrThrow(isWaiting: boolean): void {
    const state = this.#attachment.look()
    const { request, response } = this.#attachment.channel
    if (state === 'open') {
      // A server of this library does so itself; if both did, there could be room for two messages in one buffer.
      if (this.#attachment.hasNativeServer || !isWaiting) return
      const now = performance.now()
      request.repair(now)
      response.repair(now)
      return
    }
    // The last thing that it did may have been to answer.
    if (this.#sent !== undefined && response.hasMessage) this.#takeAnswers()
    if (state === 'peer-closed') {
      const error = new RingwayError(ErrorCode.peerClosed, `The server of the bridge ${this.name} has closed it`)
      this.#end({ kind: 'peer-closed' }, error)
    } else {
      const pids = this.#attachment.users.join(', ')
      const error = new PeerDeadError(`The server of the bridge ${this.name} (pid ${pids}) died`)
      this.#end({ kind: 'peer-dead', error }, error)
    }
    throw this.#error
  }

  /** @returns whether the error is one that nothing can go on after */
  #endIfUnsafe(error: unknown): boolean {
    if (error === this.#error) return true
    if (!(error instanceof RingwayError)) return false
    if (error.code !== ErrorCode.unsafeMemory && error.code !== ErrorCode.system) return false
    this.#end({ kind: 'failed', error }, error)
    return true
  }

  #end(end: BridgeEnd, error: RingwayError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#watch.stop()
    this.#poll.stop()
    this.#looks.stop()
    clearTimeout(this.#timer)
    if (this.#sent !== undefined && end.kind === 'closed') this.#answers.giveUp(this.#sent.call)
    this.#sent = undefined
    for (const pending of this.#calls.splice(0)) pending.reject(error)
    this.#keepAlive.dispose()
    void this.#attachment.release().then(() => this.#resolveClosed(end))
  }
}

function attachOptions({ waitForListenerMs, allowOtherClients }: BridgeConnectOptions) {
  return {
    waitForListenerMs: amount('waitForListenerMs', waitForListenerMs, 0),
    allowOtherClients: allowOtherClients ?? false,
  }
}

function resultOf(call: BridgeCall, answer: BridgeAnswer): unknown {
  if (answer.error !== '') throw failureOf(call.method, answer.error)
  return answer.result
}
