import type { CorrelationId } from '../ring/correlation.js'
import { HEADER_LENGTH } from '../ring/record-descriptor.js'

export interface ParkedCall {
  readonly id: CorrelationId
  readonly typeId: number
  readonly bytes: Uint8Array
  /** Stream credit that came for it meanwhile. */
  credit?: number
}

/**
 * Calls that were taken out of the ring while all handlers were busy, to see whether a cancellation is behind them. They
 * take no more memory than the ring itself.
 */
export class ParkedCalls {
  readonly #maxBytes: number
  readonly #calls = new Map<CorrelationId, ParkedCall>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get empty(): boolean {
    return this.#calls.size === 0
  }

  get full(): boolean {
    return this.#bytes >= this.#maxBytes
  }

  /** @returns false when one with this id is there already */
  push(call: ParkedCall): boolean {
    if (this.#calls.has(call.id)) return false
    this.#calls.set(call.id, call)
    this.#bytes += costOf(call)
    return true
  }

  shift(): ParkedCall | undefined {
    for (const call of this.#calls.values()) {
      this.remove(call.id)
      return call
    }
    return undefined
  }

  /** @returns false when it is not here */
  grant(id: CorrelationId, items: number): boolean {
    const call = this.#calls.get(id)
    if (call === undefined) return false
    call.credit = (call.credit ?? 0) + items
    return true
  }

  /** @returns false when it is not here */
  remove(id: CorrelationId): boolean {
    const call = this.#calls.get(id)
    if (call === undefined) return false
    this.#calls.delete(id)
    this.#bytes -= costOf(call)
    return true
  }
}

function costOf({ bytes }: ParkedCall): number {
  return HEADER_LENGTH + bytes.byteLength
}
