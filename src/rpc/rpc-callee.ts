import type { EndpointOptions } from '../bus/endpoint-options.js'
import type { CorrelatedMessage } from '../bus/message.js'
import type { Payload } from '../bus/payload.js'
import type { RxGuard } from '../bus/rx-guard.js'
import type { TxGuard } from '../bus/tx-guard.js'
import type { BlockOptions, WaitOptions } from '../bus/wait-options.js'
import { ErrorCode } from '../errors.js'
import type { RecordHandler } from '../ring/consumer.js'
import type { CorrelationId } from '../ring/correlation.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { CallOrder } from './call-order.js'
import { RpcEnd } from './rpc-end.js'
import { RpcError } from './rpc-error.js'

/** As `RecordHandler`, with the id of the call or the reply. */
export type CorrelatedHandler = (
  view: DataView,
  offset: number,
  size: number,
  typeId: number,
  correlationId: CorrelationId,
) => void

/**
 * The answering end of the ABI's own RPC: takes calls with `serve` and its forms, and answers each with `reply` and its
 * forms. To a native caller in any order; to a foreign one in the order of its calls, or it would end the connection.
 */
export class RpcCallee extends RpcEnd {
  /** Served and not answered yet, where the caller insists on the order. */
  readonly #order: CallOrder | undefined
  /** Told of each reply that a guard has sent. @internal */
  onReplyWritten: ((correlationId: CorrelationId) => void) | undefined
  #handler: CorrelatedHandler | undefined

  /** Made by `RpcBus.listen` and its like. */
  constructor(link: MappedLink, options: Required<EndpointOptions>) {
    super(link, options)
    if (!link.peer.native) this.#order = new CallOrder()
    this.sender.onSlotSent = (id) => {
      this.#order?.shift()
      this.onReplyWritten?.(id)
    }
  }

  /** The next call, if there is one now. Copies it. @throws `ERR_RINGWAY_BUSY`, or how the connection ended */
  tryServe(): CorrelatedMessage | undefined {
    return this.#noted(this.receiver.tryReceive(this.receiver.takeCorrelated))
  }

  /**
   * The next call. Copies it. One `serve` at a time.
   * @returns `undefined` when the caller ended in good order and nothing more will come
   * @throws (rejects) `ERR_RINGWAY_BUSY`, how the connection ended, `signal.reason`, `TimeoutError`
   */
  serve(options?: WaitOptions): Promise<CorrelatedMessage | undefined> {
    const served = this.receiver.receive('serve', this.receiver.takeCorrelated, options)
    return this.#order === undefined ? served : served.then((call) => this.#noted(call))
  }

  /** The next call, blocking the thread until it is there. Copies it. @returns, @throws as `serve` */
  serveSync(options?: BlockOptions): CorrelatedMessage | undefined {
    return this.#noted(this.receiver.receiveSync('serveSync', this.receiver.takeCorrelated, options))
  }

  /** The next call in place, if there is one now. No other is served until the guard ends. @throws as `tryServe` */
  tryServeZeroCopy(): RxGuard | undefined {
    return this.#noted(this.receiver.tryReceive(this.receiver.takeGuard))
  }

  /** The next call in place; waits behind an open guard. @returns, @throws as `serve` */
  serveZeroCopy(options?: WaitOptions): Promise<RxGuard | undefined> {
    const served = this.receiver.receive('serveZeroCopy', this.receiver.takeGuard, options)
    return this.#order === undefined ? served : served.then((call) => this.#noted(call))
  }

  /** The next call in place, blocking the thread until it is there. @returns, @throws as `serve` */
  serveZeroCopySync(options?: BlockOptions): RxGuard | undefined {
    return this.#noted(this.receiver.receiveSync('serveZeroCopySync', this.receiver.takeGuard, options))
  }

  /**
   * Hands each call that is there now to `handler`, in place; the handler may answer with `tryReply`. Copies nothing,
   * allocates nothing, never blocks: see `Bus.consume`.
   * @param maxCalls 1 and up: stop after this many
   * @returns how many were handed over
   * @throws what `handler` throws; `ERR_RINGWAY_BUSY`, or how the connection ended
   */
  consumeCalls(handler: CorrelatedHandler, maxCalls: number = Number.POSITIVE_INFINITY): number {
    this.#handler = handler
    return this.receiver.consume(this.#onCall, maxCalls)
  }

  /**
   * Answers a call if there is room now. Copies `data` into the ring; allocates nothing; never blocks.
   * @param correlationId of the call
   * @param typeId of the reply; a plain one is below 2^16
   * @returns false when the ring is full, or when promise replies are waiting
   * @throws as `Bus.trySend`; `ERR_RINGWAY_RPC_PROTOCOL` (a foreign caller has to be answered in the order of its calls)
   */
  tryReply(correlationId: CorrelationId, data: Payload, typeId = 0): boolean {
    this.#checkTurn(correlationId)
    const sent = this.sender.trySend(data, typeId, correlationId)
    if (sent) this.#order?.shift()
    return sent
  }

  /** Answers a call, in the order of these replies; `data` must not change before that. @throws (rejects) as `Bus.send` */
  async reply(correlationId: CorrelationId, data: Payload, typeId = 0, options?: WaitOptions): Promise<void> {
    this.#checkTurn(correlationId)
    await this.#taking(this.sender.send(data, typeId, options, correlationId))
  }

  /** Answers a call, blocking the thread until there is room. @throws as `Bus.sendSync` */
  replySync(correlationId: CorrelationId, data: Payload, typeId = 0, options?: BlockOptions): void {
    this.#checkTurn(correlationId)
    this.sender.sendSync(data, typeId, options, correlationId)
    this.#order?.shift()
  }

  /** A slot to write the reply into, if there is room now. @throws as `Bus.trySendZeroCopy` */
  tryReplyZeroCopy(correlationId: CorrelationId, maxBytes: number, typeId = 0): TxGuard | undefined {
    this.#checkTurn(correlationId)
    return this.sender.trySendZeroCopy(maxBytes, typeId, correlationId)
  }

  /** The same, as soon as there is room and its turn has come. @throws (rejects) as `Bus.sendZeroCopy` */
  async replyZeroCopy(
    correlationId: CorrelationId,
    maxBytes: number,
    typeId = 0,
    options?: WaitOptions,
  ): Promise<TxGuard> {
    this.#checkTurn(correlationId)
    return await this.sender.sendZeroCopy(maxBytes, typeId, options, correlationId)
  }

  /** The same, blocking the thread until there is room. @throws as `Bus.sendZeroCopySync` */
  replyZeroCopySync(correlationId: CorrelationId, maxBytes: number, typeId = 0, options?: BlockOptions): TxGuard {
    this.#checkTurn(correlationId)
    return this.sender.sendZeroCopySync(maxBytes, typeId, options, correlationId)
  }

  readonly #onCall: RecordHandler = (view, offset, size, typeId) => {
    const { correlationId } = this.receiver
    this.#order?.push(correlationId)
    ;(this.#handler as CorrelatedHandler)(view, offset, size, typeId, correlationId)
  }

  #noted<Call extends CorrelatedMessage | RxGuard>(call: Call | undefined): Call | undefined {
    if (call !== undefined) this.#order?.push(call.correlationId as CorrelationId)
    return call
  }

  /** Its turn is taken at once, as the next reply may follow before this one is in the ring; a failed one gives it back. */
  async #taking(sent: Promise<void>): Promise<void> {
    const id = this.#order?.shift()
    try {
      await sent
    } catch (error) {
      if (id !== undefined) this.#order?.unshift(id)
      throw error
    }
  }

  #checkTurn(correlationId: CorrelationId): void {
    if (this.#order === undefined || this.#order.next === correlationId) return
    const next = this.#order.next === undefined ? 'none is open' : `call ${this.#order.next} is next`
    throw new RpcError(
      ErrorCode.rpcProtocol,
      `Call ${correlationId} cannot be answered now: a foreign caller takes replies in the order of its calls, and ${next}`,
    )
  }
}
