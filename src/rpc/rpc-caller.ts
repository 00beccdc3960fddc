import type { EndpointOptions } from '../bus/endpoint-options.js'
import type { LoopWatch } from '../bus/loop-watch.js'
import { CorrelatedMessage } from '../bus/message.js'
import { type Attempt, notYet } from '../bus/not-yet.js'
import type { Payload } from '../bus/payload.js'
import { PendingWait } from '../bus/pending-wait.js'
import type { RxGuard } from '../bus/rx-guard.js'
import type { TxGuard } from '../bus/tx-guard.js'
import type { BlockOptions, WaitOptions } from '../bus/wait-options.js'
import { ErrorCode, RingwayError } from '../errors.js'
import type { RecordHandler } from '../ring/consumer.js'
import type { CorrelationId } from '../ring/correlation.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { IdTable } from './id-table.js'
import { ReplyOrder } from './reply-order.js'
import { type ReplyWait, ReplyWaits } from './reply-waits.js'
import type { CorrelatedHandler } from './rpc-callee.js'
import { RpcEnd } from './rpc-end.js'
import type { RpcError } from './rpc-error.js'
import { guardOver } from './spare-guards.js'

/** What became of a call: nothing yet; somebody waits for it; its reply came before anybody waited; it failed. */
type Outcome = typeof open | ReplyWait | CorrelatedMessage | RpcError

const open = Symbol('open')

/**
 * The asking end of the ABI's own RPC: `call` and its forms send a call and give its id, `wait` and its forms take the reply
 * with that id. Any number of calls may be open, and their replies may come in any order: those that nobody waits for yet
 * are kept. A call stays open until its reply was taken.
 */
export class RpcCaller extends RpcEnd {
  readonly #calls = new IdTable<Outcome>()
  /** Where the callee has to answer in the order of the calls: a foreign one. */
  readonly #order: ReplyOrder | undefined
  readonly #watch: LoopWatch
  readonly #waits = new ReplyWaits(() => this.#unlessBusy(() => this.#collect()))
  #nextId = 1
  #dropped = 0
  #handler: CorrelatedHandler | undefined
  #handed = 0

  /** Made by `RpcBus.connect` and its like. */
  constructor(link: MappedLink, options: Required<EndpointOptions>) {
    super(link, options)
    this.#watch = this.receiver.watch(this.#waits, this.waiting)
    this.#waits.attach(this.#watch)
    this.watches.push(this.#watch)
    if (!link.peer.native) this.#order = new ReplyOrder((id, error) => this.#settle(id, error))
    this.sender.onSlotSent = (id) => this.#sent(id as number)
    this.session.onEnd(() => this.#ended())
  }

  /** Replies that nobody had called for, or whose call had its reply. */
  get droppedReplies(): number {
    return this.#dropped
  }

  // ── calling ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends a call if there is room now. Copies `data` into the ring; allocates nothing; never blocks.
   * @param data bytes, at most `maxPayloadBytes`; free to be changed when this returns
   * @param typeId what is called: 0 to 65535 for a plain call
   * @returns the call's id, from 1; undefined when the ring is full, or when promise calls are waiting
   * @throws as `Bus.trySend`
   */
  tryCall(data: Payload, typeId = 0): number | undefined {
    const id = this.#nextId
    if (!this.sender.trySend(data, typeId, id)) return undefined
    this.#nextId = id + 1
    this.#sent(id)
    return id
  }

  /**
   * Sends a call, in the order of these calls; `data` must not change before that.
   * @returns the call's id, once it is sent
   * @throws (rejects) as `Bus.send`
   */
  async call(data: Payload, typeId = 0, options?: WaitOptions): Promise<number> {
    const id = this.#nextId++
    this.#sent(id)
    try {
      await this.sender.send(data, typeId, options, id)
    } catch (error) {
      this.#calls.take(id)
      this.#order?.remove(id)
      throw error
    }
    return id
  }

  /** Sends a call, blocking the thread until there is room. @returns the call's id @throws as `Bus.sendSync` */
  callSync(data: Payload, typeId = 0, options?: BlockOptions): number {
    const id = this.#nextId
    this.sender.sendSync(data, typeId, options, id)
    this.#nextId = id + 1
    this.#sent(id)
    return id
  }

  /** A slot to write a call into, if there is room now; the guard has the call's id. @throws as `Bus.trySendZeroCopy` */
  tryCallZeroCopy(maxBytes: number, typeId = 0): TxGuard | undefined {
    const guard = this.sender.trySendZeroCopy(maxBytes, typeId, this.#nextId)
    if (guard !== undefined) this.#nextId++
    return guard
  }

  /** The same, as soon as there is room and its turn has come. @throws (rejects) as `Bus.sendZeroCopy` */
  callZeroCopy(maxBytes: number, typeId = 0, options?: WaitOptions): Promise<TxGuard> {
    return this.sender.sendZeroCopy(maxBytes, typeId, options, this.#nextId++)
  }

  /** The same, blocking the thread until there is room. @throws as `Bus.sendZeroCopySync` */
  callZeroCopySync(maxBytes: number, typeId = 0, options?: BlockOptions): TxGuard {
    return this.sender.sendZeroCopySync(maxBytes, typeId, options, this.#nextId++)
  }

  // ── replies ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The reply to a call, if it has come. Copies it, and any that came before it.
   * @param id of a call that is open
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT` (no such call is open), `ERR_RINGWAY_BUSY`, how the connection ended;
   *   `ERR_RINGWAY_RPC_PROTOCOL` (a foreign callee gave another id where this one's turn was)
   */
  tryWait(id: number): CorrelatedMessage | undefined {
    this.#checkWaitable(id)
    const kept = this.#takeKept(id)
    if (kept !== undefined) return kept
    this.#collect()
    return this.#takeKept(id)
  }

  /**
   * The reply to a call. Any number of calls may be waited for at a time. A wait that its signal or its time ends leaves the
   * call open.
   * @throws (rejects) as `tryWait`; `signal.reason`; `TimeoutError`
   */
  async wait(id: number, options?: WaitOptions): Promise<CorrelatedMessage> {
    this.#checkWaitable(id)
    const here = this.#unlessBusy(() => this.tryWait(id) ?? false)
    if (here) return here
    options?.signal?.throwIfAborted()
    const wait = this.#waits.add(options)
    this.#calls.replace(id, wait)
    try {
      return await wait.promise
    } finally {
      // Whoever gave up leaves the call open.
      if (this.#calls.get(id) === wait) this.#calls.replace(id, open)
    }
  }

  /** The reply to a call, blocking the thread until it is there. @throws as `wait` */
  waitSync(id: number, options?: BlockOptions): CorrelatedMessage {
    this.#checkWaitable(id)
    const attempt: Attempt<CorrelatedMessage> = () => this.tryWait(id) ?? notYet
    return this.receiver.receiveSync('waitSync', attempt, options) as CorrelatedMessage
  }

  /**
   * The reply to a call, in place where it is the next one in the ring; replies before it are copied out of its way, and a
   * reply that was kept is handed over as the copy that it is. No other reply is taken until the guard ends.
   * @throws as `tryWait`
   */
  tryWaitZeroCopy(id: number): RxGuard | undefined {
    this.#checkWaitable(id)
    for (;;) {
      const kept = this.#takeKept(id)
      if (kept !== undefined) return guardOver(kept)
      const guard = this.receiver.tryReceive(this.receiver.takeGuard)
      if (guard === undefined) return undefined
      if (guard.correlationId === id) {
        this.#calls.take(id)
        this.#order?.answered(id)
        return guard
      }
      const { typeId, correlationId } = guard
      const reply = new CorrelatedMessage(guard.copy(), typeId, correlationId as CorrelationId)
      guard.commit()
      this.#take(reply)
    }
  }

  /** The same, as soon as it has come: as a copy, because a slot that is lent would hold up all other replies. @throws as `wait` */
  async waitZeroCopy(id: number, options?: WaitOptions): Promise<RxGuard> {
    this.#checkWaitable(id)
    return this.#unlessBusy(() => this.tryWaitZeroCopy(id)) ?? guardOver(await this.wait(id, options))
  }

  /** The same, blocking the thread until it is there. @throws as `waitSync` */
  waitZeroCopySync(id: number, options?: BlockOptions): RxGuard {
    this.#checkWaitable(id)
    const attempt: Attempt<RxGuard> = () => this.tryWaitZeroCopy(id) ?? notYet
    return this.receiver.receiveSync('waitZeroCopySync', attempt, options) as RxGuard
  }

  /**
   * Hands each reply that is there now to `handler`, in place, which answers its call: the fastest way. Copies nothing,
   * allocates nothing, never blocks: see `Bus.consume`. Replies that somebody waits for go there instead, and those that are
   * kept already stay for whoever waits for them.
   * @param maxReplies 1 and up: stop after this many
   * @returns how many were handed over
   * @throws what `handler` throws; `ERR_RINGWAY_BUSY`, or how the connection ended
   */
  consumeReplies(handler: CorrelatedHandler, maxReplies: number = Number.POSITIVE_INFINITY): number {
    this.#handler = handler
    this.#handed = 0
    this.receiver.consume(this.#onReply, maxReplies)
    return this.#handed
  }

  // ── what came ────────────────────────────────────────────────────────────────────────────────────────────────────

  #ended(): void {
    this.#watch.wake()
    if (this.session.released) this.#watch.dispose()
  }

  #sent(id: number): void {
    this.#calls.add(id, open)
    this.#order?.sent(id)
  }

  #collect(): true {
    this.receiver.consume(this.#onKept, Number.POSITIVE_INFINITY)
    return true
  }

  /** @returns undefined while a guard is open: promises wait until it ends */
  #unlessBusy<T>(attempt: () => T): T | undefined {
    try {
      return attempt()
    } catch (error) {
      if (error instanceof RingwayError && error.code === ErrorCode.busy) return undefined
      throw error
    }
  }

  readonly #onKept: RecordHandler = (view, offset, size, typeId) => {
    const { correlationId } = this.receiver
    this.#take(new CorrelatedMessage(ownBytes(view, offset, size), typeId, correlationId))
  }

  readonly #onReply: RecordHandler = (view, offset, size, typeId) => {
    const { correlationId } = this.receiver
    const outcome = typeof correlationId === 'number' ? this.#calls.take(correlationId) : undefined
    if (outcome !== open) {
      if (outcome !== undefined) this.#calls.add(correlationId as number, outcome)
      this.#take(new CorrelatedMessage(ownBytes(view, offset, size), typeId, correlationId))
      return
    }
    this.#order?.answered(correlationId)
    this.#handed++
    ;(this.#handler as CorrelatedHandler)(view, offset, size, typeId, correlationId)
  }

  #take(reply: CorrelatedMessage): void {
    const { correlationId } = reply
    if (this.#order !== undefined && !this.#order.answered(correlationId)) this.#dropped++
    else if (typeof correlationId === 'bigint' || !this.#settle(correlationId, reply)) this.#dropped++
  }

  /** @returns false when no such call is open */
  #settle(id: number, outcome: CorrelatedMessage | RpcError): boolean {
    const before = this.#calls.get(id)
    if (before === open) {
      this.#calls.replace(id, outcome)
      return true
    }
    if (!(before instanceof PendingWait)) return false
    this.#calls.take(id)
    this.#waits.remove(before)
    if (outcome instanceof CorrelatedMessage) before.resolve(outcome)
    else before.reject(outcome)
    return true
  }

  #takeKept(id: number): CorrelatedMessage | undefined {
    const outcome = this.#calls.get(id)
    if (outcome === open || outcome instanceof PendingWait) return undefined
    this.#calls.take(id)
    if (outcome instanceof CorrelatedMessage) return outcome
    throw outcome as RpcError
  }

  #checkWaitable(id: number): void {
    const outcome = this.#calls.get(id)
    if (outcome === undefined) throw new RingwayError(ErrorCode.invalidArgument, `No call with the id ${id} is open`)
    if (outcome instanceof PendingWait) throw new RingwayError(ErrorCode.busy, `Call ${id} is waited for already`)
  }
}

function ownBytes(view: DataView, offset: number, size: number): Uint8Array {
  const own = new Uint8Array(size)
  own.set(new Uint8Array(view.buffer, view.byteOffset + offset, size))
  return own
}
