import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { CAPACITY_OFFSET, DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../../src/ring/ring-descriptor.js'
import { slotLength } from '../../src/ring/slot.js'

/** The two positions of a ring, as they stand in its memory. */
export interface Positions {
  readonly head: number
  readonly tail: number
}

/**
 * Reads the positions of the ring with this capacity that is mapped into this process. Through the kernel, not through the
 * library: what was published is what the memory says, whatever the library makes of it.
 */
export function witnessRing(capacityBytes: number): Positions | undefined {
  const ranges = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes('/memfd:'))
  const header = Buffer.alloc(DATA_OFFSET)
  const memory = openSync('/proc/self/mem', 'r')
  try {
    for (const range of ranges) {
      readSync(memory, header, 0, header.length, BigInt(`0x${range.slice(0, range.indexOf('-'))}`))
      if (header.readUInt32LE(CAPACITY_OFFSET) !== capacityBytes) continue
      return { head: Number(header.readBigUInt64LE(HEAD_OFFSET)), tail: Number(header.readBigUInt64LE(TAIL_OFFSET)) }
    }
    return undefined
  } finally {
    closeSync(memory)
  }
}

/**
 * How many messages end at or before a position, when they are written one after the other from position 0.
 * @returns undefined when the position is inside of a message
 */
export function messagesBefore(
  position: number,
  capacityBytes: number,
  sizeOf: (index: number) => number,
): number | undefined {
  let end = 0
  let index = 0
  while (end < position) {
    const length = slotLength(sizeOf(index))
    const toEnd = capacityBytes - (end % capacityBytes)
    // What does not fit before the end of the ring begins at its start.
    end += length > toEnd ? toEnd + length : length
    index++
  }
  return end === position ? index : undefined
}
