import { HEAD_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import type { SeededRandom } from '../seeded-random.js'
import { emptyRing, honestStream, type Stream, spoil, spoilHeaderWord, writeLaterChanges } from './hostile-ring.js'
import {
  flagAdopted,
  flagChecked,
  flagGood,
  flagNative,
  roleConsumer,
  roleProducer,
  sheetActSeed,
  sheetFlags,
  sheetLaterCount,
  sheetOutcome,
  sheetRole,
} from './stage.js'

/** Puts one input into an arena, and says on its sheet what the live process is to do with it. */
export type Present = (random: SeededRandom, memory: RingMemory, sheet: Int32Array) => void

function begin(random: SeededRandom, sheet: Int32Array, role: number, flags: number): void {
  sheet[sheetRole] = role
  sheet[sheetActSeed] = random.next() | 0
  sheet[sheetFlags] = flags | (random.oneIn(2) ? flagNative : 0)
  sheet[sheetLaterCount] = 0
  sheet[sheetOutcome] = 0
}

function streamIn(random: SeededRandom, memory: RingMemory): Stream {
  const start = emptyRing(random, memory)
  const fill = random.oneIn(8) ? 0 : random.oneIn(4) ? memory.capacityBytes : random.below(memory.capacityBytes + 1)
  return honestStream(random, memory, start, fill)
}

/** Records and positions: an honest stream with none to four changes, and at times more while it is read. */
export const presentRecords: Present = (random, memory, sheet) => {
  const role = random.oneIn(4) ? roleProducer : roleConsumer
  begin(random, sheet, role, random.oneIn(3) ? 0 : flagChecked)
  const stream = streamIn(random, memory)
  const changes = random.below(5)
  for (let change = 0; change < changes; change++) spoil(random, memory, stream)
  if (random.oneIn(3)) writeLaterChanges(random, memory, sheet)
}

/** Header words at the moment of attaching, and turned over while attached. */
export const presentHeader: Present = (random, memory, sheet) => {
  begin(random, sheet, random.oneIn(3) ? roleProducer : roleConsumer, flagChecked | flagAdopted)
  streamIn(random, memory)
  const changes = random.below(4)
  for (let change = 0; change < changes; change++) spoilHeaderWord(random, memory)
  if (random.oneIn(2)) writeLaterChanges(random, memory, sheet)
}

/** What a good peer leaves: the live process must deliver all of it, whatever came before. */
export const presentGood: Present = (random, memory, sheet) => {
  begin(random, sheet, roleConsumer, flagChecked | flagGood)
  const start = emptyRing(random, memory)
  const { headers } = honestStream(random, memory, start, memory.capacityBytes)
  sheet[sheetLaterCount] = -headers.length
}

/** The header words that only their maker writes: whatever the live process did, they are as they were. */
export function privateWords({ words }: RingMemory): number {
  let sum = 0
  for (let at = 0; at < HEAD_OFFSET / 4; at++)
    if (at !== 4 && at !== 16) sum = (Math.imul(sum, 31) + (words[at] as number)) | 0
  for (let at = HEAD_OFFSET / 4 + 2; at < TAIL_OFFSET / 4; at++) sum = (Math.imul(sum, 31) + (words[at] as number)) | 0
  return sum
}
