import { ErrorCode, RingwayError } from '../errors.js'
import type { CorrelationId } from '../ring/correlation.js'
import { Producer } from '../ring/producer.js'
import { DATA_OFFSET } from '../ring/ring-descriptor.js'
import type { Lane } from '../transport/link.js'
import { BlockingWait } from './blocking-wait.js'
import type { LoopWatchOptions } from './loop-watch.js'
import { type Attempt, type NotYet, notYet } from './not-yet.js'
import { type Payload, payloadBytes } from './payload.js'
import type { Session } from './session.js'
import { SlotViews } from './slot-views.js'
import { TxGuard, type TxSlotOwner } from './tx-guard.js'
import { checkTypeId } from './type-id.js'
import type { BlockOptions, WaitOptions } from './wait-options.js'
import { WaitQueue } from './wait-queue.js'

export interface SenderOptions extends LoopWatchOptions {
  /** Take messages that a stock consumer might never make room for. */
  readonly allowStall: boolean
}

/** The sending side of a bus: the three forms of each send over one producer. */
export class Sender implements TxSlotOwner {
  readonly queue: WaitQueue
  readonly views: SlotViews
  readonly #session: Session
  readonly #producer: Producer
  readonly #seenTail: () => number
  readonly #blocking: BlockingWait
  /** Told of every call or reply that a guard has sent. */
  onSlotSent: ((correlationId: CorrelationId) => void) | undefined
  #corks = 0
  #guard: TxGuard | undefined
  /** Whether a guard, a wait or an end may be in the way of a send. False is sure; true is to be checked. */
  #watchful = false

  constructor(session: Session, lane: Lane, options: SenderOptions) {
    this.#session = session
    this.views = new SlotViews(lane.memory.bytes.buffer, lane.memory.capacityBytes)
    const signals = { wakePeer: lane.wakePeer, corrupt: (error: RingwayError) => session.corrupt(error) }
    const lazyConsumer = !session.link.peer.native && !options.allowStall
    const producer = new Producer(lane.memory, signals, { lazyConsumer })
    this.#producer = producer
    this.#seenTail = () => producer.seenTail
    this.#blocking = new BlockingWait(session, lane.sleeper, this.#seenTail, false)
    this.queue = new WaitQueue(session, lane.sleeper, this.#seenTail, options)
    session.onEnd(() => this.#ended())
  }

  get maxPayloadBytes(): number {
    return Math.max(this.#producer.maxPayloadBytes, 0)
  }

  get bytesUsed(): number {
    return this.#producer.bytesUsed
  }

  trySend(data: Payload, typeId: number, correlationId?: CorrelationId): boolean {
    if (this.#watchful) this.#checkFree()
    checkTypeId(typeId)
    const bytes = payloadBytes(data)
    if ((this.#watchful && this.queue.busy) || !this.#tryWrite(bytes, typeId, correlationId)) {
      return this.#failed(bytes.length)
    }
    this.#publish()
    return true
  }

  /** @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL` */
  checkFits(size: number): void {
    this.#producer.checkFits(size)
  }

  /** Whether a guard is open: nothing else can be sent until it ends. */
  get lent(): boolean {
    return this.#guard !== undefined
  }

  /** As `trySend`, for whoever is at the front of `queue`: it alone may pass by those who wait. */
  trySendQueued(bytes: Uint8Array, typeId: number, correlationId: CorrelationId): boolean {
    return this.#write(bytes, typeId, correlationId) !== notYet
  }

  send(data: Payload, typeId: number, options: WaitOptions | undefined, correlationId?: CorrelationId): Promise<void> {
    try {
      checkTypeId(typeId)
      const bytes = payloadBytes(data)
      return this.#soon('send', bytes.length, () => this.#write(bytes, typeId, correlationId), options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  sendSync(data: Payload, typeId: number, options: BlockOptions | undefined, correlationId?: CorrelationId): void {
    this.#checkFirst('sendSync')
    checkTypeId(typeId)
    const bytes = payloadBytes(data)
    if (this.#write(bytes, typeId, correlationId) !== notYet) return
    this.#blocking.until('sendSync', () => this.#write(bytes, typeId, correlationId), options)
  }

  trySendZeroCopy(maxBytes: number, typeId: number, correlationId?: CorrelationId): TxGuard | undefined {
    if (this.#watchful) this.#checkFree()
    checkTypeId(typeId)
    checkSlotSize(maxBytes)
    if (!this.#watchful || !this.queue.busy) {
      const guard = this.#claim(maxBytes, typeId, correlationId)
      if (guard !== notYet) return guard
    }
    this.#failed(maxBytes)
    return undefined
  }

  sendZeroCopy(
    maxBytes: number,
    typeId: number,
    options: WaitOptions | undefined,
    correlationId?: CorrelationId,
  ): Promise<TxGuard> {
    try {
      checkTypeId(typeId)
      checkSlotSize(maxBytes)
      return this.#soon('sendZeroCopy', maxBytes, () => this.#claim(maxBytes, typeId, correlationId), options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  sendZeroCopySync(
    maxBytes: number,
    typeId: number,
    options: BlockOptions | undefined,
    correlationId?: CorrelationId,
  ): TxGuard {
    this.#checkFirst('sendZeroCopySync')
    checkTypeId(typeId)
    checkSlotSize(maxBytes)
    return this.#blocking.until('sendZeroCopySync', () => this.#claim(maxBytes, typeId, correlationId), options)
  }

  cork(): void {
    this.#corks++
  }

  uncork(): void {
    if (this.#corks === 0) return
    if (--this.#corks === 0 && this.#session.error === undefined) this.#producer.publish()
  }

  flush(): void {
    if (this.#session.error !== undefined) throw this.#session.error
    this.#producer.publish()
  }

  commitSlot(size: number, typeId: number, correlationId: CorrelationId | undefined): void {
    this.#guardEnded()
    if (this.#session.error !== undefined) throw this.#session.error
    if (correlationId === undefined) this.#producer.commit(size, typeId)
    else this.#producer.commitCorrelated(size, typeId, correlationId)
    this.#publish()
    if (correlationId !== undefined) this.onSlotSent?.(correlationId)
  }

  rollbackSlot(): void {
    this.#guardEnded()
  }

  /**
   * The promise forms: at once if it is this one's turn and there is room, else in order.
   * @param size checked first, so that what can never be sent does not wait
   */
  #soon<T>(what: string, size: number, attempt: Attempt<T>, options: WaitOptions | undefined): Promise<T> {
    if (this.#session.error !== undefined) throw this.#session.error
    if (options?.signal?.aborted) throw options.signal.reason
    this.#producer.checkFits(size)
    if (this.#guard === undefined && !this.queue.busy) {
      if (!this.queue.watch.mayGoOn()) {
        this.#watchful = true
        return this.queue.waitATurn(what, attempt, options)
      }
      const result = attempt()
      if (result !== notYet) return Promise.resolve(result)
    }
    this.#producer.publish()
    this.#watchful = true
    return this.queue.wait(what, attempt, options)
  }

  #tryWrite(bytes: Uint8Array, typeId: number, correlationId: CorrelationId | undefined): boolean {
    if (correlationId === undefined) return this.#producer.tryWrite(bytes, typeId)
    return this.#producer.tryWriteCorrelated(bytes, typeId, correlationId)
  }

  #write(bytes: Uint8Array, typeId: number, correlationId: CorrelationId | undefined): undefined | NotYet {
    if (this.#session.error !== undefined) throw this.#session.error
    if (!this.#tryWrite(bytes, typeId, correlationId)) return notYet
    this.#publish()
    return undefined
  }

  #claim(maxBytes: number, typeId: number, correlationId: CorrelationId | undefined): TxGuard | NotYet {
    if (this.#session.error !== undefined) throw this.#session.error
    const offset = this.#producer.claim(maxBytes)
    if (offset < 0) {
      this.#producer.publish()
      return notYet
    }
    this.#guard = new TxGuard(this, DATA_OFFSET + offset, maxBytes, typeId, correlationId)
    this.#watchful = true
    this.queue.hold()
    return this.#guard
  }

  #guardEnded(): void {
    this.#guard = undefined
    this.queue.resume()
  }

  #publish(): void {
    if (this.#corks === 0) this.#producer.publish()
    else this.#producer.publishIfDue()
    this.#session.succeeded()
  }

  /** A `try` form that found no room. @throws what ended the bus */
  #failed(size: number): false {
    this.#producer.checkFits(size)
    this.#session.failed()
    if (this.#session.error !== undefined) throw this.#session.error
    return false
  }

  /** For `Sync`, which cannot wait behind promises. */
  #checkFirst(what: string): void {
    this.#blocking.checkAllowed(what)
    this.#checkFree()
    if (this.queue.busy) throw busy('promise sends are waiting for room')
  }

  #checkFree(): void {
    if (this.#session.error !== undefined) throw this.#session.error
    if (this.#guard !== undefined) throw busy('a TxGuard is open')
    this.#watchful = this.queue.busy
  }

  /** Whatever ended the bus, what was committed is shown to the peer; the producer refuses where it found the ring corrupt. */
  #ended(): void {
    this.#watchful = true
    this.#producer.publish()
    // Before we close, a guard may just have been promised to somebody who has not seen it yet: its commit tells him.
    if (this.#session.released) {
      this.#guard?.revoke('close()')
      this.#guard = undefined
    }
    this.queue.resume()
    this.queue.watch.wake()
    if (this.#session.released) this.queue.watch.dispose()
  }
}

function busy(why: string): RingwayError {
  return new RingwayError(ErrorCode.busy, `Cannot send now: ${why}`)
}

function checkSlotSize(maxBytes: number): void {
  if (Number.isInteger(maxBytes) && maxBytes >= 0) return
  throw new RingwayError(ErrorCode.invalidArgument, `maxBytes is an integer from 0, not ${String(maxBytes)}`)
}
