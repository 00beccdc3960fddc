import type { EndpointOptions } from '../bus/endpoint-options.js'
import type { LoopTask, LoopWatch } from '../bus/loop-watch.js'
import { copyOf } from '../bus/rx-guard.js'
import type { TxGuard } from '../bus/tx-guard.js'
import { ErrorCode, type RingwayError } from '../errors.js'
import type { RecordHandler } from '../ring/consumer.js'
import type { CorrelationId } from '../ring/correlation.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { type Answer, answerBody, isLate } from './answer.js'
import { asTooLarge, encodeFailure } from './failure-frames.js'
import {
  decodeCredit,
  decodeNamedCall,
  encodeForeignError,
  FOREIGN_ERROR_LENGTH,
  FOREIGN_ERROR_TYPE,
  frameType,
  messageTypeOf,
  ROUTE_CANCEL,
  ROUTE_CREDIT,
  ROUTE_ERROR,
  ROUTE_NAMED_CALL,
  ROUTE_PLAIN,
  ROUTE_STREAM_END,
  ROUTE_STREAM_ITEM,
  routeOf,
} from './frames.js'
import type { ResolvedHandler, StreamHandler } from './handler.js'
import { OrderedReplies } from './ordered-replies.js'
import { type FrameBody, Outbox, writtenBytes } from './outbox.js'
import { type ParkedCall, ParkedCalls } from './parked-calls.js'
import type { HandlerLookup } from './registry.js'
import { RpcEnd } from './rpc-end.js'
import { RpcError, type RpcErrorCode } from './rpc-error.js'
import { ServedCall, type ServedCallOwner } from './served-call.js'
import { spareSlot } from './spare-guards.js'
import { StreamSender } from './stream-sender.js'

export interface CallServerOptions extends Required<EndpointOptions> {
  readonly maxConcurrent: number
  readonly exposeStacks: boolean
}

/** Calls that are taken before the event loop has its turn. */
const callsPerRun = 64
const errorType = frameType(ROUTE_ERROR, 0)
const itemType = frameType(ROUTE_STREAM_ITEM, 0)
const endType = frameType(ROUTE_STREAM_END, 0)
const nothing = new Uint8Array(0)

/**
 * One client of a server: takes its calls out of the ring, hands them to handlers, and sends the replies. Begins a call only
 * while fewer than `maxConcurrent` handlers run and no reply waits for room; what it cannot take stays in the ring, and a
 * full ring slows the client. Behind calls that cannot begin it looks ahead a little: a cancellation may be there.
 */
export class CallServer extends RpcEnd implements LoopTask, ServedCallOwner {
  readonly #lookup: HandlerLookup
  readonly #options: CallServerOptions
  readonly #watch: LoopWatch
  readonly #outbox: Outbox
  /** Where replies have to go out in the order of the calls: a foreign caller. */
  readonly #order: OrderedReplies | undefined
  readonly #running = new Map<CorrelationId, ServedCall>()
  readonly #parked: ParkedCalls
  readonly #bytes: Uint8Array
  #roomWaiters: (() => void)[] = []
  /** Not once a call was refused for its id, until there is room again: such calls could go on for ever. */
  #looksAhead = true
  /** Whose guard is open in the ring. */
  #lent: ServedCall | undefined

  constructor(link: MappedLink, lookup: HandlerLookup, options: CallServerOptions) {
    super(link, options)
    this.#lookup = lookup
    this.#options = options
    const { memory } = link.lanes.find(({ role }) => role === 'consumer') as (typeof link.lanes)[number]
    this.#bytes = memory.bytes
    this.#parked = new ParkedCalls(memory.capacityBytes)
    this.#outbox = new Outbox(this.sender, () => this.#drained())
    if (!link.peer.native)
      this.#order = new OrderedReplies(this.sendCapacityBytes, (body, typeId, id) => this.#post(body, typeId, id))
    this.#watch = this.receiver.watch(this, this.waiting)
    this.watches.push(this.#watch)
    this.sender.onSlotSent = (id) => this.#slotSent(id)
    this.session.onEnd(() => this.#ended())
  }

  /** Handlers that run now. */
  get runningCalls(): number {
    return this.#running.size
  }

  /** Begins to take calls. @throws `ERR_RINGWAY_WOULD_STALL`: not even an error reply is sure to reach this caller */
  start(): void {
    if (!this.peer.native) this.sender.checkFits(FOREIGN_ERROR_LENGTH)
    this.#watch.begin()
  }

  /** As `close`, and callers are told why as far as there is room for it; so are handlers, by their signals. */
  closeBecause(reason: RpcError): void {
    for (let call = this.#parked.shift(); call !== undefined; call = this.#parked.shift()) {
      this.#sendFailure(new ServedCall(this, call.id, messageTypeOf(call.typeId), undefined), reason)
    }
    for (const call of this.#running.values()) {
      if (call.over) continue
      this.#sendFailure(call, reason)
      call.abort(reason)
    }
    this.close()
  }

  // ── the request pump ─────────────────────────────────────────────────────────────────────────────────────────────

  get wanted(): boolean {
    return this.session.error === undefined
  }

  get held(): boolean {
    return !this.#mayRead
  }

  run(): boolean {
    let taken = 0
    try {
      this.#unpark()
      while (taken < callsPerRun && this.#mayRead && this.receiver.consume(this.#onRecord, 1) !== 0) taken++
    } catch (error) {
      // How the connection ended; anything else is nobody's fault but ours, and costs this one client its connection.
      if (error !== this.session.error) this.close()
    }
    return taken !== 0
  }

  missed(): void {}

  suspended(): void {}

  get #mayRead(): boolean {
    return (this.#outbox.empty || this.#looksAhead) && !this.#parked.full && this.session.error === undefined
  }

  get #mayBegin(): boolean {
    return this.#running.size < this.#options.maxConcurrent && this.#outbox.empty && !this.#order?.full
  }

  readonly #onRecord: RecordHandler = (_view, offset, size, typeId) => {
    const id = this.receiver.correlationId
    // A copy: the caller can change what is in the ring while it is decoded.
    const bytes = this.#bytes.slice(offset, offset + size)
    const route = this.peer.native ? routeOf(typeId) : ROUTE_PLAIN
    if (route === ROUTE_CANCEL) this.#cancel(id)
    else if (route === ROUTE_CREDIT) this.#grant(id, decodeCredit(bytes) ?? 0)
    else this.#accept({ id, typeId, bytes })
  }

  #accept(call: ParkedCall): void {
    this.#order?.expect(call.id)
    if (this.#mayBegin && this.#parked.empty) this.#begin(call)
    else if (!this.#parked.push(call)) this.#refuseTwin(new ServedCall(this, call.id, undefined, undefined))
  }

  #begin({ id, typeId, bytes, credit }: ParkedCall): void {
    const route = routeOf(typeId)
    const messageType = messageTypeOf(typeId)
    if (route === ROUTE_PLAIN || !this.peer.native) {
      const call = new ServedCall(this, id, messageType, undefined)
      const handler = route === ROUTE_PLAIN ? this.#lookup.byType(messageType) : undefined
      if (handler !== undefined) this.#invoke(call, handler, bytes, credit)
      else this.#refuse(call, ErrorCode.rpcUnknownType, `The server has no handler for message type ${messageType}`)
      return
    }
    const named = route === ROUTE_NAMED_CALL ? decodeNamedCall(bytes) : undefined
    const call = new ServedCall(this, id, undefined, named?.name)
    if (named === undefined) {
      this.#refuse(call, ErrorCode.rpcProtocol, `A frame of route ${route} with ${bytes.length} bytes is no call`)
      return
    }
    const handler = this.#lookup.byName(named.name)
    if (handler !== undefined) this.#invoke(call, handler, named.body, credit)
    else this.#refuse(call, ErrorCode.rpcUnknownMethod, `The server has no method ${named.name}`)
  }

  #invoke(call: ServedCall, handler: ResolvedHandler, bytes: Uint8Array, credit = 0): void {
    if (this.#running.has(call.id)) {
      this.#refuseTwin(call)
      return
    }
    try {
      if (handler.kind === 'stream') {
        if (this.peer.native) void this.#stream(call, handler, bytes, credit)
        else this.#refuse(call, ErrorCode.rpcProtocol, 'A stream needs a native caller: others take one reply a call')
        return
      }
      const answer = handler.invoke(bytes, call)
      if (isLate(answer)) {
        this.#running.set(call.id, call)
        answer.then(
          (late) => this.#finish(call, late),
          (error: unknown) => this.#fail(call, error),
        )
      } else {
        this.#finish(call, answer)
      }
    } catch (error) {
      this.#fail(call, error)
    }
  }

  /** Never rejects: `#fail` takes whatever the handler or the stream throws. */
  async #stream(call: ServedCall, handler: StreamHandler, bytes: Uint8Array, credit: number): Promise<void> {
    this.#running.set(call.id, call)
    try {
      call.stream = new StreamSender({ sendItem: (item) => this.#sendItem(call, item as Answer) })
      call.stream.grant(credit)
      if (await call.stream.run(handler.invoke(bytes, call))) {
        if (call.finish()) this.#post(nothing, endType, call.id)
      }
      this.#release(call)
    } catch (error) {
      this.#fail(call, error)
    }
  }

  /** @throws RpcError `ERR_RINGWAY_RPC_TOO_LARGE`, which ends the stream */
  async #sendItem(call: ServedCall, item: Answer): Promise<void> {
    if (call.over) return
    try {
      this.#outbox.post(answerBody(item), itemType, call.id)
    } catch (error) {
      throw asTooLarge(error, 'item of the stream')
    }
    while (!this.#outbox.empty && !call.over) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve))
  }

  #grant(id: CorrelationId, items: number): void {
    if (!this.#parked.grant(id, items)) this.#running.get(id)?.stream?.grant(items)
  }

  #cancel(id: CorrelationId): void {
    if (this.#parked.remove(id)) return
    const call = this.#running.get(id)
    if (call === undefined || call.over) return
    call.abort(new RpcError(ErrorCode.rpcCancelled, 'The caller has cancelled the call'))
    if (call.stream !== undefined) this.#wakeRoomWaiters()
  }

  // ── replies ──────────────────────────────────────────────────────────────────────────────────────────────────────

  slotFor(call: ServedCall, maxBytes: number): TxGuard {
    if (this.session.error !== undefined) throw this.session.error
    this.sender.checkFits(maxBytes)
    const typeId = call.msgType ?? 0
    if (this.#outbox.empty && !this.sender.lent && (this.#order?.isNext(call.id) ?? true)) {
      const guard = this.sender.trySendZeroCopy(maxBytes, typeId, call.id)
      if (guard !== undefined) {
        this.#lent = call
        return guard
      }
    }
    return spareSlot(maxBytes, typeId, call.id, (bytes) => {
      if (call.finish()) this.#reply(bytes, typeId, call.id)
    })
  }

  /** A guard was committed: one of a handler's, or one that the outbox used to write an answer in place. */
  #slotSent(id: CorrelationId): void {
    const call = this.#lent
    if (call === undefined || call.id !== id) return
    this.#lent = undefined
    this.#order?.skip()
    call.finish()
    if (!this.#parked.empty) this.#watch.nextTurn()
  }

  /** A guard that the handler has left open is rolled back. */
  #takeGuard(call: ServedCall): void {
    if (call.guard === undefined) return
    try {
      call.guard[Symbol.dispose]()
    } finally {
      if (this.#lent === call) this.#lent = undefined
    }
  }

  /** Never throws: it runs where nobody catches. */
  #finish(call: ServedCall, answer: Answer): void {
    try {
      this.#takeGuard(call)
      if (!call.over) {
        this.#reply(answerBody(answer), call.msgType ?? 0, call.id)
        call.finish()
      }
    } catch (error) {
      this.#sendFailure(call, asTooLarge(error, 'reply'))
    }
    this.#release(call)
  }

  /** Never throws, as `#finish`. */
  #fail(call: ServedCall, error: unknown): void {
    try {
      this.#takeGuard(call)
    } catch {
      // The connection has ended, and the guard with it.
    }
    this.#sendFailure(call, error)
    this.#release(call)
  }

  #refuse(call: ServedCall, code: RpcErrorCode, message: string): void {
    this.#sendFailure(call, new RpcError(code, message))
  }

  #refuseTwin(call: ServedCall): void {
    this.#looksAhead = false
    this.#refuse(call, ErrorCode.rpcProtocol, `Call ${call.id} is under way already: an id is used once`)
  }

  #sendFailure(call: ServedCall, error: unknown): void {
    if (!call.finish() || this.session.error !== undefined) return
    if (this.peer.native) {
      const { maxPayloadBytes } = this
      this.#reply(encodeFailure(error, maxPayloadBytes, this.#options.exposeStacks), errorType, call.id)
    } else {
      this.#reply(encodeForeignError(call.msgType ?? FOREIGN_ERROR_TYPE), FOREIGN_ERROR_TYPE, call.id)
    }
  }

  /** @throws what `Outbox.post` throws, and what writes the answer */
  #reply(body: FrameBody, typeId: number, id: CorrelationId): void {
    if (this.#order === undefined) {
      this.#post(body, typeId, id)
      return
    }
    // It may have to wait for its turn: what can fail has to fail before.
    const bytes = body instanceof Uint8Array ? copyOf(body) : writtenBytes(body)
    this.sender.checkFits(bytes.byteLength)
    this.#order.answer(bytes, typeId, id)
  }

  #post(body: FrameBody, typeId: number, id: CorrelationId): void {
    if (this.session.error === undefined) this.#outbox.post(body, typeId, id)
  }

  // ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A handler has ended: another call may begin. */
  #release(call: ServedCall): void {
    if (this.#running.get(call.id) !== call) return
    const wasHeld = this.held
    this.#running.delete(call.id)
    this.#unpark()
    if (wasHeld && !this.held) this.#watch.nextTurn()
  }

  /** In a loop, not from `#release` to `#release`: any number of parked calls may be answered at once. */
  #unpark(): void {
    while (this.#mayBegin) {
      const call = this.#parked.shift()
      if (call === undefined) return
      this.#begin(call)
    }
  }

  #drained(): void {
    this.#looksAhead = true
    this.#wakeRoomWaiters()
    this.#watch.nextTurn()
  }

  /** They look for themselves whether there is room, or nobody wants their items any more. */
  #wakeRoomWaiters(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }

  #ended(): void {
    this.#abortAll(this.session.error as RingwayError)
    this.#outbox.clear()
    this.#wakeRoomWaiters()
    if (this.session.released) this.#watch.dispose()
    else this.#watch.rest()
  }

  #abortAll(reason: RingwayError): void {
    while (this.#parked.shift() !== undefined);
    for (const call of this.#running.values()) {
      if (!call.over) call.abort(reason)
    }
  }
}
