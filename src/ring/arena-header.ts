import { AbiMismatchError, ErrorCode, RingwayError } from '../errors.js'
import { distance } from './position.js'
import {
  ALIGNMENT,
  ALIGNMENT_OFFSET,
  CAPACITY_OFFSET,
  HEAD_OFFSET,
  MAGIC,
  MAGIC_OFFSET,
  MAX_CAPACITY,
  MIN_CAPACITY,
  STATE_OFFSET,
  STATE_READY,
  TAIL_OFFSET,
  VERSION,
  VERSION_OFFSET,
} from './ring-descriptor.js'

function u32(words: Int32Array, offset: number): number {
  return (words[offset / Int32Array.BYTES_PER_ELEMENT] as number) >>> 0
}

function setU32(words: Int32Array, offset: number, value: number): void {
  words[offset / Int32Array.BYTES_PER_ELEMENT] = value
}

/** Refuses what `listen` cannot make a ring of, whatever its type. */
export function checkCapacity(capacityBytes: unknown): asserts capacityBytes is number {
  const valid =
    typeof capacityBytes === 'number' &&
    Number.isInteger(capacityBytes) &&
    capacityBytes >= MIN_CAPACITY &&
    capacityBytes <= MAX_CAPACITY &&
    Number.isInteger(Math.log2(capacityBytes))
  if (valid) return
  const given = typeof capacityBytes === 'string' ? `the string '${capacityBytes}'` : String(capacityBytes)
  throw new RingwayError(
    ErrorCode.invalidCapacity,
    `A capacity is a power of two from ${MIN_CAPACITY} to ${MAX_CAPACITY} bytes, not ${given}`,
  )
}

/** Writes the header of an empty ring into zeroed memory. State comes last: whoever sees it ready sees the rest. */
export function formatRing(words: Int32Array, capacityBytes: number): void {
  setU32(words, MAGIC_OFFSET, MAGIC)
  setU32(words, VERSION_OFFSET, VERSION)
  setU32(words, CAPACITY_OFFSET, capacityBytes)
  setU32(words, ALIGNMENT_OFFSET, ALIGNMENT)
  Atomics.store(words, STATE_OFFSET / Int32Array.BYTES_PER_ELEMENT, STATE_READY)
}

/**
 * Checks a header that somebody else wrote, against the capacity that was agreed on. The positions are checked again at
 * every reload; here they keep a hopeless ring from being opened.
 * @throws AbiMismatchError for another wire; `ERR_RINGWAY_CORRUPT` for a state or positions that make no sense
 */
export function checkRing(words: Int32Array, capacityBytes: number): void {
  const state = Atomics.load(words, STATE_OFFSET / Int32Array.BYTES_PER_ELEMENT)
  expectAbi('magic', u32(words, MAGIC_OFFSET), MAGIC)
  expectAbi('version', u32(words, VERSION_OFFSET), VERSION)
  expectAbi('capacity', u32(words, CAPACITY_OFFSET), capacityBytes)
  expectAbi('alignment', u32(words, ALIGNMENT_OFFSET), ALIGNMENT)
  if (state !== STATE_READY) {
    throw new RingwayError(ErrorCode.corrupt, `The ring's state is ${state}, not ${STATE_READY} (ready)`)
  }
  const head = u32(words, HEAD_OFFSET)
  const tail = u32(words, TAIL_OFFSET)
  const used = distance(tail, head)
  if (used > capacityBytes || head % ALIGNMENT !== 0 || tail % ALIGNMENT !== 0) {
    throw new RingwayError(
      ErrorCode.corrupt,
      `The ring's positions make no sense: head ${head}, tail ${tail}, capacity ${capacityBytes} (low 32 bits, multiples of ${ALIGNMENT})`,
    )
  }
}

function expectAbi(field: string, found: number, expected: number): void {
  if (found === expected) return
  throw new AbiMismatchError(
    `The ring's ${field} is ${found} (0x${found.toString(16)}), expected ${expected} (0x${expected.toString(16)})`,
  )
}
