import type { CorrelationId } from '../ring/correlation.js'
import { guardEnded } from './guard-ended.js'
import { decodeUtf8 } from './message.js'
import type { SlotViews } from './slot-views.js'

/** What a guard asks of the side that lent it a slot. */
export interface RxSlotOwner {
  readonly views: SlotViews
  commitSlot(): void
}

/**
 * A received message in place, without a copy. Ends with `commit`, with the bus, or at the end of a `using` block, which
 * commits. Until then nothing else can be received.
 *
 * The bytes are shared with the peer, and a peer that misbehaves can change them while they are read: read each one once,
 * and hand `copy()` or `text()` to whatever decodes.
 */
export class RxGuard implements Disposable {
  /** 0 to 2^32 − 1. */
  readonly typeId: number
  /** Payload length in bytes. */
  readonly size: number
  /** Of a call or a reply; undefined for a plain message. */
  readonly correlationId: CorrelationId | undefined
  readonly #owner: RxSlotOwner
  readonly #offset: number
  #bytes: Uint8Array | undefined
  #view: DataView | undefined
  #ending: string | undefined

  /** Made by `recvZeroCopy` and its forms. */
  constructor(
    owner: RxSlotOwner,
    offset: number,
    size: number,
    typeId: number,
    correlationId: CorrelationId | undefined,
  ) {
    this.#owner = owner
    this.#offset = offset
    this.size = size
    this.typeId = typeId
    this.correlationId = correlationId
  }

  /**
   * The payload, in shared memory. A reference kept beyond the guard's end dangles. Allocates at its first use.
   * @throws `ERR_RINGWAY_GUARD_ENDED`
   */
  get bytes(): Uint8Array {
    if (this.#ending !== undefined) throw guardEnded('RxGuard', this.#ending)
    this.#bytes ??= this.#owner.views.bytesAt(this.#offset, this.size)
    return this.#bytes
  }

  /** The same bytes for numbers. Allocates at its first use. @throws `ERR_RINGWAY_GUARD_ENDED` */
  get view(): DataView {
    if (this.#ending !== undefined) throw guardEnded('RxGuard', this.#ending)
    this.#view ??= this.#owner.views.viewAt(this.#offset, this.size)
    return this.#view
  }

  /** The payload as bytes of your own. @throws `ERR_RINGWAY_GUARD_ENDED` */
  copy(): Uint8Array {
    return copyOf(this.bytes)
  }

  /** The payload as UTF-8, decoded from a copy. @throws `ERR_RINGWAY_GUARD_ENDED` */
  text(): string {
    return decodeUtf8(this.copy())
  }

  /** Gives the slot back to the producer. @throws `ERR_RINGWAY_GUARD_ENDED` */
  commit(): void {
    if (this.#ending !== undefined) throw guardEnded('RxGuard', this.#ending)
    this.#ending = 'commit()'
    this.#owner.commitSlot()
  }

  /** The bus ended, and the guard with it: called by the bus alone. */
  revoke(ending: string): void {
    this.#ending ??= ending
  }

  [Symbol.dispose](): void {
    if (this.#ending === undefined) this.commit()
  }
}

/** Copies shared bytes into memory of our own, which `slice` would not do for a Buffer or a SharedArrayBuffer's view. */
export function copyOf(shared: Uint8Array): Uint8Array {
  const own = new Uint8Array(shared.length)
  own.set(shared)
  return own
}
