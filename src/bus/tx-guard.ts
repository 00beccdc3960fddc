import { ErrorCode, RingwayError } from '../errors.js'
import type { CorrelationId } from '../ring/correlation.js'
import { guardEnded } from './guard-ended.js'
import type { SlotViews } from './slot-views.js'

/** What a guard asks of the side that lent it a slot. */
export interface TxSlotOwner {
  readonly views: SlotViews
  commitSlot(size: number, typeId: number, correlationId: CorrelationId | undefined): void
  rollbackSlot(): void
}

/**
 * A slot of the ring to write into, without a copy. Ends with `commit`, with `rollback`, with `close()`, or at the end of a
 * `using` block, which rolls back. Until then nothing else can be sent.
 */
export class TxGuard implements Disposable {
  /** 0 to 2^32 − 1. */
  readonly typeId: number
  /** Size of the slot in bytes: what was asked for. */
  readonly maxBytes: number
  /** Of a call or a reply; undefined for a plain message. */
  readonly correlationId: CorrelationId | undefined
  readonly #owner: TxSlotOwner
  readonly #offset: number
  #bytes: Uint8Array | undefined
  #view: DataView | undefined
  #ending: string | undefined

  /** Made by `sendZeroCopy` and its forms. */
  constructor(
    owner: TxSlotOwner,
    offset: number,
    maxBytes: number,
    typeId: number,
    correlationId: CorrelationId | undefined,
  ) {
    this.#owner = owner
    this.#offset = offset
    this.maxBytes = maxBytes
    this.typeId = typeId
    this.correlationId = correlationId
  }

  /**
   * The slot's payload area: `maxBytes` long, with whatever was there before. A reference kept beyond the guard's end
   * dangles: it points at bytes that belong to other messages by then. Allocates at its first use.
   * @throws `ERR_RINGWAY_GUARD_ENDED`
   */
  get bytes(): Uint8Array {
    if (this.#ending !== undefined) throw guardEnded('TxGuard', this.#ending)
    this.#bytes ??= this.#owner.views.bytesAt(this.#offset, this.maxBytes)
    return this.#bytes
  }

  /** The same bytes for numbers. Allocates at its first use. @throws `ERR_RINGWAY_GUARD_ENDED` */
  get view(): DataView {
    if (this.#ending !== undefined) throw guardEnded('TxGuard', this.#ending)
    this.#view ??= this.#owner.views.viewAt(this.#offset, this.maxBytes)
    return this.#view
  }

  /**
   * Sends the first `actualBytes` of the slot.
   * @param actualBytes 0 to `maxBytes`; all of them unless given
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT`, and the guard stays open; `ERR_RINGWAY_GUARD_ENDED`; how the bus ended
   */
  commit(actualBytes: number = this.maxBytes): void {
    if (this.#ending !== undefined) throw guardEnded('TxGuard', this.#ending)
    if (!Number.isInteger(actualBytes) || actualBytes < 0 || actualBytes > this.maxBytes) {
      throw new RingwayError(
        ErrorCode.invalidArgument,
        `A commit takes 0 to ${this.maxBytes} bytes, the size of the slot, not ${String(actualBytes)}`,
      )
    }
    this.#ending = 'commit()'
    this.#owner.commitSlot(actualBytes, this.typeId, this.correlationId)
  }

  /** Sends nothing and gives the slot back. @throws `ERR_RINGWAY_GUARD_ENDED` */
  rollback(): void {
    if (this.#ending !== undefined) throw guardEnded('TxGuard', this.#ending)
    this.#ending = 'rollback()'
    this.#owner.rollbackSlot()
  }

  /** The bus was closed, and the guard ends with it: called by the bus alone. */
  revoke(ending: string): void {
    this.#ending ??= ending
  }

  [Symbol.dispose](): void {
    if (this.#ending === undefined) this.rollback()
  }
}
