import { HEADER_LENGTH } from './record-descriptor.js'
import { ALIGNMENT } from './ring-descriptor.js'

/** Length of the whole slot for a payload of `size` bytes, `0 ≤ size ≤ 2^31 − 128`. */
export function slotLength(size: number): number {
  return (size + HEADER_LENGTH + (ALIGNMENT - 1)) & -ALIGNMENT
}

/**
 * The largest payload that a ring takes. A slot over half of the ring may fit nowhere even when the ring is empty: with
 * the position in the middle, neither the rest nor the beginning is long enough.
 */
export function maxPayloadLength(capacityBytes: number): number {
  return capacityBytes / 2 - HEADER_LENGTH
}
