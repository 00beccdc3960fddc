import { ErrorCode, RingwayError } from '../errors.js'
import type { RecordHandler } from '../ring/consumer.js'
import type { Lane, Link } from '../transport/link.js'
import type { EndpointOptions } from './endpoint-options.js'
import { Lifetime } from './lifetime.js'
import type { Message } from './message.js'
import type { Payload } from './payload.js'
import { Receiver } from './receiver.js'
import type { RxBatch } from './rx-batch.js'
import type { RxGuard } from './rx-guard.js'
import { Sender } from './sender.js'
import type { TxGuard } from './tx-guard.js'
import type { BlockOptions, WaitOptions } from './wait-options.js'

/**
 * One end of a ring: the producer, which sends, or the consumer, which receives. The methods of the other role throw
 * `ERR_RINGWAY_WRONG_ROLE`.
 *
 * Each operation that may have to wait has three forms. `tryX` returns at once; `X` returns a promise and leaves the event
 * loop free; `XSync` blocks the calling thread.
 *
 * Once the bus has ended, sends throw the error that says how: `ERR_RINGWAY_CLOSED`, `ERR_RINGWAY_PEER_CLOSED`,
 * `ERR_RINGWAY_PEER_EXITED`, `ERR_RINGWAY_PEER_DEAD` or `ERR_RINGWAY_CORRUPT`. Receives first deliver what had been
 * published. Then they resolve with `undefined` if the peer ended in good order, and throw that error otherwise; the
 * `try` forms always throw it.
 */
export abstract class Endpoint extends Lifetime implements AsyncIterable<Message> {
  /** Which end of the ring this is. */
  readonly role: Lane['role']
  /** Size of the ring's data area. */
  readonly capacityBytes: number
  readonly #sender: Sender | undefined
  readonly #receiver: Receiver | undefined

  protected constructor(link: Link, options: Required<EndpointOptions>) {
    super(link)
    const [lane] = link.lanes as [Lane]
    this.role = lane.role
    this.capacityBytes = lane.memory.capacityBytes
    const { hotUs, pureSpin, debug, allowStall } = options
    try {
      if (lane.role === 'producer') {
        this.#sender = new Sender(this.session, lane, { hotUs, neverSleep: false, allowStall })
        this.watches.push(this.#sender.queue.watch)
      } else {
        this.#receiver = new Receiver(this.session, lane, { hotUs, neverSleep: pureSpin, debug, correlated: false })
        this.watches.push(this.#receiver.queue.watch)
      }
    } catch (error) {
      // A peer may have spoilt the ring by now: nobody gets this bus, so nobody else can close it.
      this.session.close()
      throw error
    }
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends a message if there is room now. Copies `data` into the ring; allocates nothing; never blocks.
   * @param data bytes, at most `maxPayloadBytes`; free to be changed when this returns
   * @param typeId 0 to 2^32 − 1
   * @returns false when the ring is full, or when promise sends are waiting
   * @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL`, `ERR_RINGWAY_BUSY` (a guard is open), or how the bus ended
   */
  trySend(data: Payload, typeId = 0): boolean {
    return (this.#sender ?? this.#notProducer()).trySend(data, typeId)
  }

  /**
   * Sends a message, in the order of the calls. Copies `data` into the ring: before it returns if there is room, else
   * later, so `data` must not change before the promise is settled.
   * @throws (rejects) as `trySend`; `signal.reason`; `TimeoutError`
   */
  send(data: Payload, typeId = 0, options?: WaitOptions): Promise<void> {
    return this.#sender?.send(data, typeId, options) ?? Promise.reject(notProducer())
  }

  /**
   * Sends a message, blocking the thread until there is room.
   * @throws as `trySend`; `ERR_RINGWAY_BUSY` (promise sends are waiting); `TimeoutError`
   */
  sendSync(data: Payload, typeId = 0, options?: BlockOptions): void {
    ;(this.#sender ?? this.#notProducer()).sendSync(data, typeId, options)
  }

  /**
   * A slot to write a message into, if there is room now. Nothing else can be sent until the guard ends.
   * @param maxBytes size of the slot, at most `maxPayloadBytes`; `commit` may send less
   * @throws as `trySend`
   */
  trySendZeroCopy(maxBytes: number, typeId = 0): TxGuard | undefined {
    return (this.#sender ?? this.#notProducer()).trySendZeroCopy(maxBytes, typeId)
  }

  /** The same, as soon as there is room and its turn has come. @throws (rejects) as `send` */
  sendZeroCopy(maxBytes: number, typeId = 0, options?: WaitOptions): Promise<TxGuard> {
    return this.#sender?.sendZeroCopy(maxBytes, typeId, options) ?? Promise.reject(notProducer())
  }

  /** The same, blocking the thread until there is room. @throws as `sendSync` */
  sendZeroCopySync(maxBytes: number, typeId = 0, options?: BlockOptions): TxGuard {
    return (this.#sender ?? this.#notProducer()).sendZeroCopySync(maxBytes, typeId, options)
  }

  /**
   * From now on messages become visible to the consumer in groups: every 32, every quarter of the ring, before any wait,
   * and at `flush` and `uncork`. Several times faster for small messages. Corks nest.
   */
  cork(): void {
    ;(this.#sender ?? this.#notProducer()).cork()
  }

  /** Ends one `cork`; the last one flushes. Harmless without a cork, and after the end of the bus. */
  uncork(): void {
    ;(this.#sender ?? this.#notProducer()).uncork()
  }

  /** Makes every message visible that was sent so far. @throws how the bus ended */
  flush(): void {
    ;(this.#sender ?? this.#notProducer()).flush()
  }

  /** A cork that ends with its block: `using corked = bus.corked()`. */
  corked(): Disposable {
    const sender = this.#sender ?? this.#notProducer()
    sender.cork()
    let open = true
    return {
      [Symbol.dispose]() {
        if (open) sender.uncork()
        open = false
      },
    }
  }

  // ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The next message, if there is one now. Copies it.
   * @throws `ERR_RINGWAY_BUSY`, or how the bus ended
   */
  tryRecv(): Message | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.tryReceive(receiver.takeMessage)
  }

  /**
   * The next message. Copies it. One receive at a time.
   * @returns `undefined` when the peer ended in good order and nothing more will come
   * @throws (rejects) `ERR_RINGWAY_BUSY`, how the bus ended, `signal.reason`, `TimeoutError`
   */
  recv(options?: WaitOptions): Promise<Message | undefined> {
    const receiver = this.#receiver
    return receiver?.receive('recv', receiver.takeMessage, options) ?? Promise.reject(notConsumer())
  }

  /** The next message, blocking the thread until it is there. Copies it. @returns, @throws as `recv` */
  recvSync(options?: BlockOptions): Message | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.receiveSync('recvSync', receiver.takeMessage, options)
  }

  /** The next message in place, if there is one now. Nothing else can be received until the guard ends. @throws as `tryRecv` */
  tryRecvZeroCopy(): RxGuard | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.tryReceive(receiver.takeGuard)
  }

  /** The next message in place; waits behind an open guard. @returns, @throws as `recv` */
  recvZeroCopy(options?: WaitOptions): Promise<RxGuard | undefined> {
    const receiver = this.#receiver
    return receiver?.receive('recvZeroCopy', receiver.takeGuard, options) ?? Promise.reject(notConsumer())
  }

  /** The next message in place, blocking the thread until it is there. @returns, @throws as `recv` */
  recvZeroCopySync(options?: BlockOptions): RxGuard | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.receiveSync('recvZeroCopySync', receiver.takeGuard, options)
  }

  /**
   * Up to `maxMessages` messages in place, as many as are there now.
   * @param maxMessages 1 and up
   * @returns `undefined` when there is none
   * @throws as `tryRecv`
   */
  tryDrainBatch(maxMessages: number): RxBatch | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.tryReceive(receiver.takeBatch(maxMessages))
  }

  /** The same, as soon as there is at least one message. @returns, @throws as `recv` */
  async drainBatch(maxMessages: number, options?: WaitOptions): Promise<RxBatch | undefined> {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.receive('drainBatch', receiver.takeBatch(maxMessages), options)
  }

  /** The same, blocking the thread until there is at least one message. @returns, @throws as `recv` */
  drainBatchSync(maxMessages: number, options?: BlockOptions): RxBatch | undefined {
    const receiver = this.#receiver ?? this.#notConsumer()
    return receiver.receiveSync('drainBatchSync', receiver.takeBatch(maxMessages), options)
  }

  /**
   * Hands each message that is there now to `handler`, in place: the fastest way to receive. Copies nothing, allocates
   * nothing, never blocks. A message is consumed when its handler returns or throws.
   * @param handler gets a view of the whole data area, the payload's offset in it and its size. The peer can change these
   *   bytes while they are read: read each one once, and decode copies only.
   * @param maxMessages 1 and up: stop after this many
   * @returns how many were handed over
   * @throws what `handler` throws; `ERR_RINGWAY_BUSY`, or how the bus ended
   */
  consume(handler: RecordHandler, maxMessages: number = Number.POSITIVE_INFINITY): number {
    return (this.#receiver ?? this.#notConsumer()).consume(handler, maxMessages)
  }

  /**
   * Every message until the peer ends in good order, or until this bus is closed from inside the loop. Leaving the loop
   * leaves the bus open.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, void> {
    while (this.session.released === undefined) {
      const message = await this.recv()
      if (message === undefined) return
      yield message
    }
  }

  /** The same, blocking the thread between messages. */
  *messagesSync(): Generator<Message, void, void> {
    while (this.session.released === undefined) {
      const message = this.recvSync()
      if (message === undefined) return
      yield message
    }
  }

  // ── the bus itself ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The largest message that this ring carries. */
  get maxPayloadBytes(): number {
    return this.#sender?.maxPayloadBytes ?? this.capacityBytes / 2 - 64
  }

  /**
   * Bytes of the ring that are in use, headers and padding included. The other side changes it at any moment: a producer's
   * figure can only fall by then, a consumer's only grow. 0 once closed.
   */
  get bytesUsed(): number {
    if (this.session.released) return 0
    return (this.#sender ?? this.#receiver)?.bytesUsed ?? 0
  }

  #notProducer(): never {
    throw notProducer()
  }

  #notConsumer(): never {
    throw notConsumer()
  }
}

function notProducer(): RingwayError {
  return new RingwayError(ErrorCode.wrongRole, 'This end of the bus is the consumer: it receives, and cannot send')
}

function notConsumer(): RingwayError {
  return new RingwayError(ErrorCode.wrongRole, 'This end of the bus is the producer: it sends, and cannot receive')
}
