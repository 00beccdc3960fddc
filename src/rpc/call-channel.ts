import type { EndpointOptions } from '../bus/endpoint-options.js'
import type { LoopTask, LoopWatch } from '../bus/loop-watch.js'
import { deadlineOf } from '../bus/wait-options.js'
import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import type { RecordHandler } from '../ring/consumer.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { CallTable, type CallTableEvents } from './call-table.js'
import { asTooLarge, decodeFailure, decodeForeignFailure } from './failure-frames.js'
import {
  encodeCredit,
  FOREIGN_ERROR_TYPE,
  frameType,
  messageTypeOf,
  ROUTE_CANCEL,
  ROUTE_CREDIT,
  ROUTE_ERROR,
  ROUTE_PLAIN,
  ROUTE_STREAM_END,
  ROUTE_STREAM_ITEM,
  routeOf,
} from './frames.js'
import type { IncomingStream, StreamListener } from './incoming-stream.js'
import { type FrameBody, Outbox } from './outbox.js'
import { type PendingCall, StreamCall, UnaryCall } from './pending-call.js'
import { ReplyOrder } from './reply-order.js'
import { RpcEnd } from './rpc-end.js'
import { RpcError } from './rpc-error.js'

const cancelType = frameType(ROUTE_CANCEL, 0)
const creditType = frameType(ROUTE_CREDIT, 0)
const repliesPerRun = 256
const nothing = new Uint8Array(0)

/** One connection of a client: its calls under way, and the pump that takes their replies out of the ring. */
export class CallChannel extends RpcEnd implements LoopTask, CallTableEvents {
  readonly held = false
  readonly #table = new CallTable(this)
  readonly #watch: LoopWatch
  readonly #outbox: Outbox
  /** Where the callee has to answer in the order of the calls: a foreign one. */
  readonly #order: ReplyOrder | undefined
  readonly #bytes: Uint8Array
  #nextId = 1
  #dropped = 0
  /** Frames since the event loop had its turn, as far as we know: from the second on they are shown together. */
  #sentThisTurn = 0
  #corked = false

  constructor(link: MappedLink, options: Required<EndpointOptions>) {
    super(link, options)
    this.#bytes = (this.session.laneOf('consumer') as (typeof link.lanes)[number]).memory.bytes
    this.#watch = this.receiver.watch(this, this.waiting)
    this.watches.push(this.#watch)
    this.#outbox = new Outbox(this.sender, () => this.#restUnlessWanted())
    if (!link.peer.native) this.#order = new ReplyOrder((id, error) => this.#fail(this.#table.take(id), error))
    this.session.onEnd(() => this.#ended())
  }

  /** Calls without an answer. */
  get pendingCalls(): number {
    return this.#table.size
  }

  /** Replies that nobody waited for: mostly to calls whose time was up. */
  get droppedReplies(): number {
    return this.#dropped
  }

  /** @param typeId the frame's @throws nothing: a call that cannot be made rejects */
  call(
    typeId: number,
    target: number | string,
    body: FrameBody,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
  ): Promise<Uint8Array> {
    let call: UnaryCall | undefined
    try {
      if (this.session.error !== undefined) throw this.session.error
      if (signal !== undefined) checkSignal(signal)
      const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : deadlineOf({ timeoutMs })
      call = new UnaryCall(this.#nextId, target, deadlineMs, timeoutMs, signal)
      this.#begin(call, typeId, body)
      return call.promise
    } catch (error) {
      return Promise.reject(call === undefined ? error : asTooLarge(error, call.what))
    }
  }

  /** @throws as `call` rejects */
  openStream(
    typeId: number,
    target: number | string,
    body: FrameBody,
    listener: StreamListener,
    signal: AbortSignal | undefined,
  ): IncomingStream {
    if (this.session.error !== undefined) throw this.session.error
    if (signal !== undefined) checkSignal(signal)
    const call = new StreamCall(this.#nextId, target, signal, listener, {
      grant: (stream, items) => this.#grant(stream, items),
      cancel: (stream) => {
        if (this.#table.take(stream.id) !== undefined) this.#withdraw(stream)
      },
    })
    try {
      this.#begin(call, typeId, body)
    } catch (error) {
      throw asTooLarge(error, call.what)
    }
    return call
  }

  // ── the call table ───────────────────────────────────────────────────────────────────────────────────────────────

  expired(call: PendingCall): void {
    this.#fail(call, new TimeoutError(`The ${call.what} took longer than ${call.timeoutMs} ms`))
    this.#withdraw(call)
  }

  aborted(call: PendingCall, reason: unknown): void {
    this.#fail(call, reason)
    this.#withdraw(call)
  }

  // ── the reply pump ───────────────────────────────────────────────────────────────────────────────────────────────

  get wanted(): boolean {
    // A callee that waits for room for its replies may make none for what we send.
    return this.#table.size !== 0 || !this.#outbox.empty
  }

  run(): boolean {
    this.#sentThisTurn = 0
    try {
      return this.receiver.consume(this.#onReply, repliesPerRun) !== 0
    } catch (error) {
      this.#failAll(error)
      return true
    }
  }

  missed(): void {}

  suspended(): void {}

  /** The id is spent only by a call that was made: a callee that answers in order sees no gap. */
  #begin(call: PendingCall, typeId: number, body: FrameBody): void {
    call.frame = this.#post(body, typeId, call.id)
    this.#nextId++
    this.#order?.sent(call.id)
    this.#table.add(call)
    // Asleep it may be although others wait: for calls that take long. This one may not.
    if (this.#table.size === 1 || this.#watch.asleep) this.#watch.begin()
  }

  #post(body: FrameBody, typeId: number, id: number) {
    if (this.#sentThisTurn++ !== 0 && !this.#corked) {
      this.#corked = true
      this.sender.cork()
      queueMicrotask(this.#endOfTurn)
    }
    return this.#outbox.post(body, typeId, id)
  }

  readonly #endOfTurn = (): void => {
    this.#corked = false
    this.#sentThisTurn = 0
    this.sender.uncork()
  }

  /** Nobody waits for it any more: it is not sent if it was not, and the callee is told otherwise. */
  #withdraw(call: PendingCall): void {
    if (call.frame !== undefined && this.#outbox.withdraw(call.frame)) {
      this.#order?.remove(call.id)
    } else if (this.peer.native) {
      this.#tell(nothing, cancelType, call.id)
    }
    this.#restUnlessWanted()
  }

  #restUnlessWanted(): void {
    if (!this.wanted) this.#watch.rest()
  }

  #grant(stream: StreamCall, items: number): void {
    if (this.#table.get(stream.id) === stream && this.peer.native) {
      this.#tell(encodeCredit(items), creditType, stream.id)
    }
  }

  /** The end of the connection ends the call too, by another way. */
  #tell(body: Uint8Array, typeId: number, id: number): void {
    if (this.session.error !== undefined) return
    try {
      this.#post(body, typeId, id)
    } catch (error) {
      if (!(error instanceof RingwayError)) throw error
    }
  }

  readonly #onReply: RecordHandler = (_view, offset, size, typeId) => {
    const id = this.receiver.correlationId
    const inOrder = this.#order === undefined || this.#order.answered(id)
    const call = inOrder && typeof id === 'number' ? this.#table.get(id) : undefined
    if (call === undefined) {
      this.#dropped++
      return
    }
    const bytes = this.#bytes.slice(offset, offset + size)
    if (call instanceof UnaryCall) this.#answer(call, typeId, bytes)
    else this.#continue(call as StreamCall, typeId, bytes)
  }

  #answer(call: UnaryCall, typeId: number, bytes: Uint8Array): void {
    this.#table.take(call.id)
    // Foreign callees know no routes: their types say what they like, but for the one that is an error.
    const plain = this.peer.native
      ? routeOf(typeId) === ROUTE_PLAIN && messageTypeOf(typeId) !== FOREIGN_ERROR_TYPE
      : typeId !== FOREIGN_ERROR_TYPE
    const route = routeOf(typeId)
    if (call.signal?.aborted) {
      call.reject(call.signal.reason)
    } else if (plain) {
      call.resolve(bytes)
    } else if (route === ROUTE_STREAM_ITEM || route === ROUTE_STREAM_END) {
      call.reject(new RpcError(ErrorCode.rpcProtocol, `The ${call.what} was answered by a stream: ask for one`))
      if (route === ROUTE_STREAM_ITEM) this.#withdraw(call)
    } else {
      call.reject(failureOf(call, typeId, bytes))
    }
  }

  #continue(call: StreamCall, typeId: number, bytes: Uint8Array): void {
    const route = routeOf(typeId)
    if (route === ROUTE_STREAM_ITEM) {
      call.listener.item(bytes)
      return
    }
    this.#table.take(call.id)
    if (route === ROUTE_STREAM_END) call.listener.end()
    else if (typeId < FOREIGN_ERROR_TYPE) {
      call.listener.fail(
        new RpcError(ErrorCode.rpcProtocol, `The ${call.what} was answered once, not by a stream: call it`),
      )
    } else call.listener.fail(failureOf(call, typeId, bytes))
  }

  #fail(call: PendingCall | undefined, error: unknown): void {
    if (call instanceof UnaryCall) call.reject(error)
    else if (call instanceof StreamCall) call.listener.fail(error)
  }

  #failAll(error: unknown): void {
    const failure = this.state === 'peer-closed' ? serverClosing(error) : error
    for (const call of this.#table.clear()) this.#fail(call, failure)
    this.#outbox.clear()
  }

  /** Replies that are in the ring are taken first; the pump fails the rest when it finds no more. */
  #ended(): void {
    this.#watch.wake()
    if (!this.session.released) return
    this.#failAll(this.session.released)
    this.#watch.dispose()
  }
}

function failureOf(call: PendingCall, typeId: number, bytes: Uint8Array): RpcError {
  const route = routeOf(typeId)
  if (route === ROUTE_ERROR) return decodeFailure(bytes, call.what)
  if (route === ROUTE_PLAIN) return decodeForeignFailure(bytes, call.what)
  return new RpcError(
    ErrorCode.rpcProtocol,
    `The ${call.what} was answered by a frame of route ${route}, which is none`,
  )
}

/** Before the sweep looks at it, where nobody could be told. @throws `ERR_RINGWAY_INVALID_ARGUMENT`, its reason */
function checkSignal(signal: AbortSignal): void {
  if (typeof signal?.addEventListener !== 'function') {
    throw new RingwayError(ErrorCode.invalidArgument, `signal is an AbortSignal, not ${String(signal)}`)
  }
  if (signal.aborted) throw signal.reason
}

function serverClosing(cause: unknown): RpcError {
  return new RpcError(ErrorCode.rpcServerClosing, 'The server closed before it answered', { cause })
}
