import { guardEnded } from './guard-ended.js'
import { decodeUtf8 } from './message.js'
import { copyOf, type RxSlotOwner } from './rx-guard.js'
import type { SlotViews } from './slot-views.js'

/** One message of a batch, in place; of use until the batch ends. The peer can change its bytes: see `RxGuard`. */
export class RxRecord {
  /** 0 to 2^32 − 1. */
  readonly typeId: number
  /** Payload length in bytes. */
  readonly size: number
  readonly #batch: RxBatch
  readonly #views: SlotViews
  readonly #offset: number

  /** Made by the batch. */
  constructor(batch: RxBatch, views: SlotViews, offset: number, size: number, typeId: number) {
    this.#batch = batch
    this.#views = views
    this.#offset = offset
    this.size = size
    this.typeId = typeId
  }

  /** The payload, in shared memory. Allocates. @throws `ERR_RINGWAY_GUARD_ENDED` */
  get bytes(): Uint8Array {
    this.#batch.assertOpen()
    return this.#views.bytesAt(this.#offset, this.size)
  }

  /** The same bytes for numbers. Allocates. @throws `ERR_RINGWAY_GUARD_ENDED` */
  get view(): DataView {
    this.#batch.assertOpen()
    return this.#views.viewAt(this.#offset, this.size)
  }

  /** The payload as bytes of your own. @throws `ERR_RINGWAY_GUARD_ENDED` */
  copy(): Uint8Array {
    return copyOf(this.bytes)
  }

  /** The payload as UTF-8, decoded from a copy. @throws `ERR_RINGWAY_GUARD_ENDED` */
  text(): string {
    return decodeUtf8(this.copy())
  }
}

/**
 * Messages in place, in order, at least one. All slots are given back together: with `commit`, with the bus, or at the end
 * of a `using` block, which commits. Until then nothing else can be received.
 */
export class RxBatch implements Iterable<RxRecord>, Disposable {
  readonly #owner: RxSlotOwner
  readonly #records: RxRecord[] = []
  #ending: string | undefined

  /** Made by `drainBatch` and its forms. */
  constructor(owner: RxSlotOwner) {
    this.#owner = owner
  }

  /** Messages in the batch. */
  get length(): number {
    return this.#records.length
  }

  /** @param index 0 to `length − 1` @throws `ERR_RINGWAY_GUARD_ENDED` */
  at(index: number): RxRecord | undefined {
    this.assertOpen()
    return this.#records[index]
  }

  /** @throws `ERR_RINGWAY_GUARD_ENDED` */
  [Symbol.iterator](): Iterator<RxRecord> {
    this.assertOpen()
    return this.#records.values()
  }

  /** Gives all slots back to the producer. @throws `ERR_RINGWAY_GUARD_ENDED` */
  commit(): void {
    this.assertOpen()
    this.#ending = 'commit()'
    this.#owner.commitSlot()
  }

  /** @throws `ERR_RINGWAY_GUARD_ENDED` once the batch has ended */
  assertOpen(): void {
    if (this.#ending !== undefined) throw guardEnded('RxBatch', this.#ending)
  }

  /** Called by the bus alone, while it fills the batch. */
  add(offset: number, size: number, typeId: number): void {
    this.#records.push(new RxRecord(this, this.#owner.views, offset, size, typeId))
  }

  /** The bus ended, and the batch with it: called by the bus alone. */
  revoke(ending: string): void {
    this.#ending ??= ending
  }

  [Symbol.dispose](): void {
    if (this.#ending === undefined) this.commit()
  }
}
