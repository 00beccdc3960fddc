import { DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../src/ring/ring-memory.js'
import type { SeededRandom } from './seeded-random.js'

const sizesOfSlots = [0, 32, 63, 64, 65, 128, 192, 256, 1024, 4096]
const extremes = [0xffff_ffff, 0xffff_fffe, 0xffff_ffc0, 0x8000_0000, 0x7fff_ffff, 0x7fff_ffc0, 0xffff_ff80]

/** A value that a check is likely to be wrong about. */
function hostileValue(random: SeededRandom, current: number): number {
  switch (random.below(6)) {
    case 0:
      return random.next()
    case 1:
      return random.pick(extremes)
    case 2:
      return current ^ (1 << random.below(32))
    case 3:
      return current + (random.below(64) - 32) * 64
    case 4:
      return current + random.below(5) - 2
    default:
      return random.pick(sizesOfSlots)
  }
}

/** Byte offset of a word that the peer might write: positions and record headers mostly, any word at times. */
function hostilePlace(random: SeededRandom, memory: RingMemory): number {
  const slot = DATA_OFFSET + random.below(memory.capacityBytes / 64) * 64
  switch (random.below(8)) {
    case 0:
      return HEAD_OFFSET
    case 1:
      return TAIL_OFFSET
    case 2:
      return random.below(DATA_OFFSET / 4) * 4
    case 3:
      return DATA_OFFSET + random.below(memory.capacityBytes / 4) * 4
    case 4:
    case 5:
      return slot + 8
    default:
      return slot
  }
}

/** A record that contradicts nothing but the ring around it: past the end, past the head, or right. */
function forge(random: SeededRandom, memory: RingMemory): void {
  const slots = memory.capacityBytes / 64
  const header = (DATA_OFFSET + random.below(slots) * 64) / 4
  const reserved = (1 + random.below(slots + 1)) * 64
  memory.words[header] = random.oneIn(8) ? -1 : reserved - 64 + random.below(3) - 1
  memory.words[header + 2] = reserved
  const head = HEAD_OFFSET / 4
  if (random.oneIn(2)) memory.words[head] = (memory.words[head] as number) + random.below(slots + 1) * 64
}

/** Changes a word, or a few, as no honest peer would. */
export function tamper(random: SeededRandom, memory: RingMemory): void {
  if (random.oneIn(3)) {
    forge(random, memory)
    return
  }
  const index = hostilePlace(random, memory) / 4
  memory.words[index] = hostileValue(random, memory.words[index] as number)
}

/** What the next reads of some word will see, one after the other. */
export function tamperLater(random: SeededRandom, memory: RingMemory): { offset: number; values: number[] } {
  const offset = hostilePlace(random, memory)
  const current = memory.words[offset / 4] as number
  return { offset, values: Array.from({ length: 1 + random.below(3) }, () => hostileValue(random, current)) }
}
