import { ErrorCode, RingwayError } from '../errors.js'
import { Consumer, type RecordHandler } from '../ring/consumer.js'
import type { CorrelationId } from '../ring/correlation.js'
import { DATA_OFFSET } from '../ring/ring-descriptor.js'
import type { Lane } from '../transport/link.js'
import { BlockingWait } from './blocking-wait.js'
import { type LoopTask, LoopWatch, type LoopWatchOptions } from './loop-watch.js'
import { CorrelatedMessage, Message } from './message.js'
import { type Attempt, type NotYet, notYet } from './not-yet.js'
import { RxBatch } from './rx-batch.js'
import { copyOf, RxGuard, type RxSlotOwner } from './rx-guard.js'
import type { Session } from './session.js'
import { SlotViews } from './slot-views.js'
import type { BlockOptions, WaitOptions } from './wait-options.js'
import { WaitQueue } from './wait-queue.js'

/** What committed slots are overwritten with in debug mode: an odd pattern that is no text and no small number. */
const poison = 0xdb

export interface ReceiverOptions extends LoopWatchOptions {
  /** Overwrite slots as they are given back, so that tests find uses of dangling views. */
  readonly debug: boolean
  /** The ring carries calls or replies: guards and messages have correlation ids. */
  readonly correlated: boolean
}

/** The receiving side of a bus: the three forms of each receive over one consumer. */
export class Receiver implements RxSlotOwner {
  readonly queue: WaitQueue
  readonly views: SlotViews
  readonly #session: Session
  readonly #lane: Lane
  readonly #consumer: Consumer
  readonly #blocking: BlockingWait
  readonly #debug: boolean
  readonly #correlated: boolean
  readonly #seenHead: () => number
  #lent: RxGuard | RxBatch | undefined
  /** In debug mode: what is lent, to be poisoned when it comes back. */
  #lentBytes: Uint8Array[] = []
  #consuming = false
  /** Whether a guard, a wait, a handler or an end may be in the way of a receive. False is sure; true is to be checked. */
  #watchful = false

  constructor(session: Session, lane: Lane, options: ReceiverOptions) {
    this.#session = session
    this.#lane = lane
    this.views = new SlotViews(lane.memory.bytes.buffer, lane.memory.capacityBytes)
    this.#debug = options.debug
    this.#correlated = options.correlated
    const signals = { wakePeer: lane.wakePeer, corrupt: (error: RingwayError) => session.corrupt(error) }
    const consumer = new Consumer(lane.memory, signals, { pureSpin: options.neverSleep })
    this.#consumer = consumer
    this.#seenHead = () => consumer.seenHead
    this.#blocking = new BlockingWait(session, lane.sleeper, this.#seenHead, options.neverSleep)
    this.queue = new WaitQueue(session, lane.sleeper, this.#seenHead, options)
    session.onEnd(() => this.#ended())
  }

  get bytesUsed(): number {
    return this.#consumer.bytesUsed
  }

  /**
   * A watch for records on behalf of a task that receives by itself, by `consume`: instead of the promise forms, never
   * beside them. Whoever asks for it disposes of it.
   */
  watch(task: LoopTask, options: LoopWatchOptions): LoopWatch {
    return new LoopWatch(this.#session, this.#lane.sleeper, this.#seenBeforeSleep, options, task)
  }

  /**
   * `consume` does not look again behind the last record that it saw, and woken from a sleep a task may go straight to the
   * next one: what it took has to be given back before, or the peer may wait for that room while we wait for the peer.
   */
  readonly #seenBeforeSleep = (): number => {
    if (this.#lent === undefined) this.#consumer.publish()
    return this.#consumer.seenHead
  }

  /** Of the record that a handler of `consume` has in hand. */
  get correlationId(): CorrelationId {
    return this.#consumer.correlationId
  }

  tryReceive<T>(take: Attempt<T | undefined>): T | undefined {
    if (!this.#watchful && this.#consumer.looksEmpty()) {
      this.#session.failed()
      return undefined
    }
    this.#checkFree()
    const result = take()
    if (result === notYet) return this.#missed(take)
    // An end in good order is `undefined` to those who wait; who only tries could not tell it from "nothing yet".
    if (result === undefined) throw this.#session.error
    this.#session.succeeded()
    return result
  }

  receive<T>(what: string, take: Attempt<T | undefined>, options: WaitOptions | undefined): Promise<T | undefined> {
    try {
      if (this.queue.busy || this.#consuming) throw this.#obstacle()
      if (this.#session.released) throw this.#session.released
      if (options?.signal?.aborted) throw options.signal.reason
      if (this.#lent === undefined) {
        if (!this.queue.watch.mayGoOn()) {
          this.#watchful = true
          return this.queue.waitATurn(what, take, options)
        }
        const result = take()
        if (result !== notYet) return Promise.resolve(result)
      }
      this.#watchful = true
      return this.queue.wait(what, take, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  receiveSync<T>(what: string, take: Attempt<T | undefined>, options: BlockOptions | undefined): T | undefined {
    this.#blocking.checkAllowed(what)
    this.#checkFree()
    return this.#blocking.until(what, take, options)
  }

  readonly takeMessage: Attempt<Message | undefined> = () => {
    const { error } = this.#session
    const offset = this.#peek()
    if (offset < 0) return this.#nothing(error)
    const message = new Message(copyOf(this.#consumer.payload(offset)), this.#consumer.typeId)
    this.#consumed(offset)
    return message
  }

  readonly takeCorrelated: Attempt<CorrelatedMessage | undefined> = () => {
    const { error } = this.#session
    const offset = this.#peek()
    if (offset < 0) return this.#nothing(error)
    const { typeId, correlationId } = this.#consumer
    const message = new CorrelatedMessage(copyOf(this.#consumer.payload(offset)), typeId, correlationId)
    this.#consumed(offset)
    return message
  }

  readonly takeGuard: Attempt<RxGuard | undefined> = () => {
    const { error } = this.#session
    const offset = this.#peek()
    if (offset < 0) return this.#nothing(error)
    if (this.#debug) this.#lentBytes.push(this.#consumer.payload(offset))
    this.#consumer.hold()
    this.#consumer.advance()
    const { size, typeId } = this.#consumer
    const correlationId = this.#correlated ? this.#consumer.correlationId : undefined
    const guard = new RxGuard(this, DATA_OFFSET + offset, size, typeId, correlationId)
    this.#lend(guard)
    return guard
  }

  takeBatch(maxMessages: number): Attempt<RxBatch | undefined> {
    checkCount(maxMessages)
    return () => {
      const { error } = this.#session
      let offset = this.#peek()
      if (offset < 0) return this.#nothing(error)
      const batch = new RxBatch(this)
      this.#consumer.hold()
      while (offset >= 0) {
        if (this.#debug) this.#lentBytes.push(this.#consumer.payload(offset))
        batch.add(DATA_OFFSET + offset, this.#consumer.size, this.#consumer.typeId)
        this.#consumer.advance()
        offset = batch.length < maxMessages ? this.#peekOrEnd() : -1
      }
      this.#lend(batch)
      return batch
    }
  }

  consume(handler: RecordHandler, maxMessages: number): number {
    if (maxMessages !== Number.POSITIVE_INFINITY) checkCount(maxMessages)
    // What had ended the bus is looked at before the ring is: if that is empty afterwards, nothing can come any more.
    const error = this.#watchful ? this.#checkConsume() : undefined
    const handled = this.#consumer.looksEmpty() ? 0 : this.#handOver(handler, maxMessages)
    if (handled !== 0) this.#session.succeeded()
    else if (error !== undefined) throw error
    else this.#session.failed()
    return handled
  }

  #handOver(handler: RecordHandler, maxMessages: number): number {
    this.#consuming = true
    this.#watchful = true
    try {
      return this.#consumer.consumeSeen(this.#debug ? this.#poisoning(handler) : handler, maxMessages)
    } finally {
      this.#consuming = false
      this.#watchful = this.#session.error !== undefined
    }
  }

  /** @returns what has ended the bus, if what was published before can still be read; throws it otherwise */
  #checkConsume(): RingwayError | undefined {
    this.#checkFree()
    const { error } = this.#session
    if (error !== undefined) this.#checkReadable()
    return error
  }

  commitSlot(): void {
    if (this.#debug) {
      for (const bytes of this.#lentBytes) bytes.fill(poison)
      this.#lentBytes = []
    }
    this.#returned()
    this.#consumer.publishIfDue()
  }

  #poisoning(handler: RecordHandler): RecordHandler {
    return (view, offset, size, typeId) => {
      try {
        handler(view, offset, size, typeId)
      } finally {
        // After a close the slot is not ours to write to: it was not given back, and the peer may have it still.
        if (!this.#session.released) new Uint8Array(view.buffer, view.byteOffset + offset, size).fill(poison)
      }
    }
  }

  /** The record last peeked was copied out. */
  #consumed(offset: number): void {
    if (this.#debug) this.#consumer.payload(offset).fill(poison)
    this.#consumer.commit()
  }

  #peek(): number {
    if (this.#session.error !== undefined) this.#checkReadable()
    return this.#consumer.peek()
  }

  /** Most ends leave what had been published to be read; these do not. */
  #checkReadable(): void {
    if (this.#session.released) throw this.#session.released
    if (this.#session.corrupted) throw this.#session.error
  }

  /** What came before a corrupt record is delivered; the next receive throws what the session keeps. */
  #peekOrEnd(): number {
    try {
      return this.#consumer.peek()
    } catch {
      return -1
    }
  }

  /** @param error what had ended the bus before the ring was found empty: then nothing can come any more */
  #nothing(error: RingwayError | undefined): undefined | NotYet {
    if (error === undefined) return notYet
    if (this.#session.endedInOrder) return undefined
    throw error
  }

  /** A `try` form that found nothing. It may learn here that the bus has ended, and that a last message came before. */
  #missed<T>(take: Attempt<T | undefined>): T | undefined {
    this.#session.failed()
    if (this.#session.error === undefined) return undefined
    const last = take()
    if (last === notYet || last === undefined) throw this.#session.error
    return last
  }

  #lend(guard: RxGuard | RxBatch): void {
    this.#lent = guard
    this.#watchful = true
    this.queue.hold()
  }

  #returned(): void {
    this.#lent = undefined
    this.queue.resume()
  }

  #checkFree(): void {
    if (this.#lent !== undefined || this.#consuming || this.queue.busy) throw this.#obstacle()
    if (this.#session.released) throw this.#session.released
    this.#watchful = this.#session.error !== undefined
  }

  #obstacle(): RingwayError {
    if (this.#session.released) return this.#session.released
    const why = this.queue.busy
      ? 'another receive is waiting'
      : this.#consuming
        ? 'a handler of consume() is running'
        : `an ${this.#lent?.constructor.name} is open`
    return new RingwayError(ErrorCode.busy, `Cannot receive now: ${why}`)
  }

  #ended(): void {
    this.#watchful = true
    if (this.#session.released) {
      this.#consumer.publish()
      this.#consumer.stop()
      this.#lent?.revoke('close()')
      this.#returned()
    }
    this.queue.watch.wake()
    if (this.#session.released) this.queue.watch.dispose()
  }
}

function checkCount(maxMessages: number): void {
  if (maxMessages >= 1 && (Number.isInteger(maxMessages) || maxMessages === Number.POSITIVE_INFINITY)) return
  throw new RingwayError(ErrorCode.invalidArgument, `maxMessages is an integer from 1, not ${String(maxMessages)}`)
}
