import { RingwayError } from '../errors.js'
import { checkRing } from '../ring/arena-header.js'
import { distance } from '../ring/position.js'
import {
  ALIGNMENT,
  ALIGNMENT_OFFSET,
  CAPACITY_OFFSET,
  CONSUMER_WORD_OFFSET,
  HEAD_OFFSET,
  MAGIC,
  MAGIC_OFFSET,
  PRODUCER_WORD_OFFSET,
  TAIL_OFFSET,
  VERSION,
  VERSION_OFFSET,
} from '../ring/ring-descriptor.js'
import type { Role } from '../transport/lane-role.js'
import { readMarker } from '../transport/marker.js'
import { isCapacityIn } from './ring-length.js'

/** What a ring's header said at one moment. Both sides go on changing it; nothing here was believed without a check. */
export interface RingHeader {
  readonly capacityBytes: number
  /** Bytes ever produced and consumed, 64 bits. */
  readonly head: bigint
  readonly tail: bigint
  /** 0 to the capacity. */
  readonly usedBytes: number
  readonly consumerWord: number
  readonly producerWord: number
  /** The listener's role as a native listener wrote it; undefined for a foreign one. */
  readonly listenerRole: Role | undefined
  /** Why this ring is of no use any more: state 4, positions that make no sense, a forged marker. */
  readonly corruption: string | undefined
}

/** A private copy of a header, taken now; undefined when the memory cannot be reached any more. */
export type CopyHeader = () => Int32Array | undefined

/**
 * Reads a header through `copy`.
 * @param lengthBytes of the mapping that it is the beginning of
 * @returns undefined for memory that is no ring of ABI 0x04, or that cannot be reached
 */
export function readRingHeader(copy: CopyHeader, lengthBytes: number): RingHeader | undefined {
  const first = copy()
  if (first === undefined || !isRing(first, lengthBytes)) return undefined
  const words = settled(first, copy)
  if (words === undefined || !isRing(words, lengthBytes)) return undefined
  const capacityBytes = u32(words, CAPACITY_OFFSET)
  const used = distance(u32(words, TAIL_OFFSET), u32(words, HEAD_OFFSET))
  return {
    capacityBytes,
    head: position(words, HEAD_OFFSET),
    tail: position(words, TAIL_OFFSET),
    usedBytes: used > capacityBytes ? 0 : used,
    consumerWord: u32(words, CONSUMER_WORD_OFFSET),
    producerWord: u32(words, PRODUCER_WORD_OFFSET),
    ...judged(words, capacityBytes),
  }
}

function isRing(words: Int32Array, lengthBytes: number): boolean {
  return (
    u32(words, MAGIC_OFFSET) === MAGIC &&
    u32(words, VERSION_OFFSET) === VERSION &&
    u32(words, ALIGNMENT_OFFSET) === ALIGNMENT &&
    isCapacityIn(u32(words, CAPACITY_OFFSET), lengthBytes)
  )
}

const looksAtMost = 8

/**
 * A busy ring moves between our load of its head and that of its tail, and the two then make no sense together. Positions
 * that make no sense and stand still are the ring's own fault.
 */
function settled(first: Int32Array, copy: CopyHeader): Int32Array | undefined {
  let words = first
  for (let look = 1; look < looksAtMost; look++) {
    if (distance(u32(words, TAIL_OFFSET), u32(words, HEAD_OFFSET)) <= u32(words, CAPACITY_OFFSET)) return words
    const again = copy()
    if (again === undefined) return undefined
    words = again
  }
  return words
}

function judged(words: Int32Array, capacityBytes: number): Pick<RingHeader, 'corruption' | 'listenerRole'> {
  try {
    const listenerRole = readMarker(words)
    try {
      checkRing(words, capacityBytes)
      return { listenerRole, corruption: undefined }
    } catch (error) {
      return { listenerRole, corruption: reason(error) }
    }
  } catch (error) {
    return { listenerRole: undefined, corruption: reason(error) }
  }
}

function reason(error: unknown): string {
  if (error instanceof RingwayError) return error.message
  throw error
}

function u32(words: Int32Array, offset: number): number {
  return (words[offset / Int32Array.BYTES_PER_ELEMENT] as number) >>> 0
}

function position(words: Int32Array, offset: number): bigint {
  return (BigInt(u32(words, offset + Int32Array.BYTES_PER_ELEMENT)) << 32n) | BigInt(u32(words, offset))
}
