import { AbiMismatchError, ErrorCode, RingwayError } from '../errors.js'
import { ALIGNMENT, DATA_OFFSET, MAGIC, MAX_CAPACITY, MIN_FOREIGN_CAPACITY, VERSION } from '../ring/ring-descriptor.js'
import {
  FLAGS_CALLS,
  FLAGS_PLAIN,
  OFFER_ALIGNMENT_OFFSET,
  OFFER_CAPACITY_OFFSET,
  OFFER_FIRST_RING_OFFSET,
  OFFER_FLAGS_OFFSET,
  OFFER_LENGTH,
  OFFER_MAGIC_OFFSET,
  OFFER_SECOND_RING_OFFSET,
  OFFER_SIZE_OFFSET,
  OFFER_VERSION_OFFSET,
} from './handshake-descriptor.js'

export function encodeOffer(capacities: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(OFFER_LENGTH)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(OFFER_MAGIC_OFFSET, MAGIC, true)
  view.setUint32(OFFER_VERSION_OFFSET, VERSION, true)
  view.setUint32(OFFER_ALIGNMENT_OFFSET, ALIGNMENT, true)
  view.setUint32(OFFER_FLAGS_OFFSET, capacities.length === 1 ? FLAGS_PLAIN : FLAGS_CALLS, true)
  capacities.forEach((capacityBytes, lane) => {
    const ring = ringFieldsOffset(lane)
    view.setUint32(ring + OFFER_CAPACITY_OFFSET, capacityBytes, true)
    view.setUint32(ring + OFFER_SIZE_OFFSET, DATA_OFFSET + capacityBytes, true)
  })
  return bytes
}

/**
 * Reads an offer that nobody vouches for.
 * @param lanes how many rings this side asks for
 * @returns the capacity of each ring, checked
 * @throws AbiMismatchError for another wire or kind of bus; `ERR_RINGWAY_HANDSHAKE` for numbers that contradict each
 * other; `ERR_RINGWAY_CAPACITY_LIMIT` for a ring larger than `maxCapacityBytes`
 */
export function decodeOffer(bytes: Uint8Array, lanes: 1 | 2, maxCapacityBytes: number): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  expectAbi('magic', view.getUint32(OFFER_MAGIC_OFFSET, true), MAGIC)
  expectAbi('version', view.getUint32(OFFER_VERSION_OFFSET, true), VERSION)
  expectKind(view.getUint32(OFFER_FLAGS_OFFSET, true), lanes)
  expectAbi('alignment', view.getUint32(OFFER_ALIGNMENT_OFFSET, true), ALIGNMENT)
  const capacities: number[] = []
  for (let lane = 0; lane < 2; lane++) {
    const ring = ringFieldsOffset(lane)
    const capacityBytes = view.getUint32(ring + OFFER_CAPACITY_OFFSET, true)
    const sizeBytes = view.getUint32(ring + OFFER_SIZE_OFFSET, true)
    if (lane < lanes) capacities.push(checkOfferedRing(lane, capacityBytes, sizeBytes, maxCapacityBytes))
    else if (capacityBytes !== 0 || sizeBytes !== 0) {
      throw new RingwayError(
        ErrorCode.handshake,
        `The listener offers one ring, yet a second one of capacity ${capacityBytes} and size ${sizeBytes}`,
      )
    }
  }
  return capacities
}

function ringFieldsOffset(lane: number): number {
  return lane === 0 ? OFFER_FIRST_RING_OFFSET : OFFER_SECOND_RING_OFFSET
}

function checkOfferedRing(lane: number, capacityBytes: number, sizeBytes: number, maxCapacityBytes: number): number {
  const name = lane === 0 ? 'first' : 'second'
  if (
    capacityBytes < MIN_FOREIGN_CAPACITY ||
    capacityBytes > MAX_CAPACITY ||
    !Number.isInteger(Math.log2(capacityBytes))
  ) {
    throw new RingwayError(
      ErrorCode.handshake,
      `The ${name} ring's capacity is ${capacityBytes}, not a power of two from ${MIN_FOREIGN_CAPACITY} to ${MAX_CAPACITY}`,
    )
  }
  if (sizeBytes !== DATA_OFFSET + capacityBytes) {
    throw new RingwayError(
      ErrorCode.handshake,
      `The ${name} ring's size is ${sizeBytes}, not ${DATA_OFFSET + capacityBytes} (${DATA_OFFSET} + its capacity ${capacityBytes})`,
    )
  }
  if (capacityBytes > maxCapacityBytes) {
    throw new RingwayError(
      ErrorCode.capacityLimit,
      `The ${name} ring's capacity is ${capacityBytes} bytes, over the limit of ${maxCapacityBytes} (maxCapacityBytes)`,
    )
  }
  return capacityBytes
}

/** The one mismatch that users make: connecting to a path on which the other kind of bus listens. */
function expectKind(flags: number, lanes: 1 | 2): void {
  const expected = lanes === 1 ? FLAGS_PLAIN : FLAGS_CALLS
  if (flags === (lanes === 1 ? FLAGS_CALLS : FLAGS_PLAIN)) {
    const listening = lanes === 1 ? 'for calls (RpcServer, RpcBus)' : 'for messages (Bus)'
    const asking = lanes === 1 ? 'a Bus' : 'calls'
    throw new AbiMismatchError(
      `The other side listens ${listening}, and this is ${asking}: the offer's flags is ${flags}, expected ${expected}`,
    )
  }
  expectAbi('flags', flags, expected)
}

function expectAbi(field: string, found: number, expected: number): void {
  if (found === expected) return
  throw new AbiMismatchError(
    `The offer's ${field} is ${found} (0x${found.toString(16)}), expected ${expected} (0x${expected.toString(16)})`,
  )
}
