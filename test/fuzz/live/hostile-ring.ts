import { formatRing } from '../../../src/ring/arena-header.js'
import { RESERVED_OFFSET, SIZE_OFFSET, SKIP_MARKER, TYPE_OFFSET } from '../../../src/ring/record-descriptor.js'
import {
  ALIGNMENT_OFFSET,
  CAPACITY_OFFSET,
  CONSUMER_SEAT_OFFSET,
  CONSUMER_WORD_OFFSET,
  DATA_OFFSET,
  HEAD_OFFSET,
  MAGIC_OFFSET,
  MARKER_OFFSET,
  PRODUCER_SEAT_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_OFFSET,
  TAIL_OFFSET,
  VERSION_OFFSET,
} from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import { tamper, tamperLater } from '../hostile-bytes.js'
import type { SeededRandom } from '../seeded-random.js'
import { sheetLater, sheetLaterCount, sheetLaterMost } from './stage.js'

/** Boundaries that positions cross: of the low word's sign, of the low word, of exact doubles, of 64 bits. */
const boundaries = [2 ** 13, 2 ** 31, 2 ** 32, 2 ** 53] as const
const headerWordOffsets = [
  MAGIC_OFFSET,
  VERSION_OFFSET,
  CAPACITY_OFFSET,
  ALIGNMENT_OFFSET,
  STATE_OFFSET,
  MARKER_OFFSET,
  MARKER_OFFSET + 8,
  PRODUCER_SEAT_OFFSET,
  CONSUMER_SEAT_OFFSET,
  PRODUCER_WORD_OFFSET,
  HEAD_OFFSET,
  HEAD_OFFSET + 4,
  TAIL_OFFSET,
  TAIL_OFFSET + 4,
  CONSUMER_WORD_OFFSET,
] as const
const extremes = [
  0, 1, 2, 3, 4, 5, 63, 64, 65, 0x7fff_ffff, 0x7fff_ffc0, 0x8000_0000, 0xffff_ffc0, 0xffff_fffe,
] as const

/** Where the records of an honest stream are, as offsets of their headers; the first one first. */
export interface Stream {
  readonly headers: readonly number[]
  readonly tail: number
  readonly head: number
}

function word(memory: RingMemory, offset: number): number {
  return memory.words[offset / 4] as number
}

function setWord(memory: RingMemory, offset: number, value: number): void {
  memory.words[offset / 4] = value
}

/** The low words of head and tail, and what a carry makes of the high ones. */
function setPosition(memory: RingMemory, offset: number, position: number): void {
  setWord(memory, offset, (position % 2 ** 32) | 0)
  setWord(memory, offset + 4, Math.floor(position / 2 ** 32))
}

/** An empty ring whose positions are about to cross a boundary, or have just crossed it. */
export function emptyRing(random: SeededRandom, memory: RingMemory): number {
  memory.words.fill(0)
  formatRing(memory.words, memory.capacityBytes)
  const start = random.pick(boundaries) - random.below(64) * 64
  setPosition(memory, HEAD_OFFSET, start)
  setPosition(memory, TAIL_OFFSET, start)
  return start
}

/** Writes an honest stream by the rules of the ABI, by hand: what the library's own producer does is not asked. */
export function honestStream(random: SeededRandom, memory: RingMemory, start: number, fill: number): Stream {
  const { capacityBytes, words } = memory
  const largest = capacityBytes / 2 - 64
  const headers: number[] = []
  const small = random.oneIn(2)
  let position = start
  while (headers.length < 64) {
    const size = random.below(small ? Math.min(largest, 130) + 1 : largest + 1)
    const reserved = (size + 127) & -64
    const index = position % capacityBytes
    const skipped = reserved > capacityBytes - index ? capacityBytes - index : 0
    if (position - start + skipped + reserved > fill) break
    if (skipped > 0) setWord(memory, DATA_OFFSET + index + SIZE_OFFSET, SKIP_MARKER | 0)
    const header = DATA_OFFSET + (skipped > 0 ? 0 : index)
    setWord(memory, header + SIZE_OFFSET, size)
    setWord(memory, header + TYPE_OFFSET, headers.length + 1)
    setWord(memory, header + RESERVED_OFFSET, reserved)
    const filler = Math.imul(headers.length + 1, 0x0101_0101)
    words.fill(filler, (header + 64) / 4, (header + 64) / 4 + Math.ceil(size / 4))
    headers.push(header)
    position += skipped + reserved
  }
  setPosition(memory, HEAD_OFFSET, position)
  return { headers, tail: start, head: position }
}

/** A length that some check is about: of what is left in the ring, before the head, to the end; and one beside it. */
function hostileLength(random: SeededRandom, memory: RingMemory, header: number, { tail, head }: Stream): number {
  const toEnd = memory.capacityBytes - (header - DATA_OFFSET)
  const base = random.pick([0, 64, toEnd, head - tail, memory.capacityBytes, memory.capacityBytes / 2, 0x8000_0000])
  return base + random.pick([0, 0, -64, 64, 1, -1, 32, -32])
}

function spoilRecord(random: SeededRandom, memory: RingMemory, stream: Stream): void {
  const header = random.pick(stream.headers)
  switch (random.below(8)) {
    case 0:
      setWord(memory, header + SIZE_OFFSET, SKIP_MARKER | 0)
      break
    case 1:
      setWord(memory, header + SIZE_OFFSET, random.pick(extremes))
      break
    case 2:
      setWord(memory, header + RESERVED_OFFSET, random.pick(extremes))
      break
    case 3: {
      // A slot longer than it was, with a size that fits it: it swallows the records behind it.
      const reserved = hostileLength(random, memory, header, stream)
      setWord(memory, header + RESERVED_OFFSET, reserved)
      setWord(memory, header + SIZE_OFFSET, reserved - 64 + random.below(3) - 1)
      break
    }
    case 4:
      setWord(memory, header + RESERVED_OFFSET, hostileLength(random, memory, header, stream))
      break
    case 5:
      setWord(memory, header + SIZE_OFFSET, hostileLength(random, memory, header, stream) - 64)
      break
    case 6:
      setWord(memory, header + TYPE_OFFSET, random.next())
      break
    default:
      for (let at = 0; at < 16; at++) setWord(memory, header + at * 4, random.next())
  }
}

function spoilPosition(random: SeededRandom, memory: RingMemory, { tail, head }: Stream): void {
  const offset = random.pick([HEAD_OFFSET, HEAD_OFFSET, TAIL_OFFSET, HEAD_OFFSET + 4, TAIL_OFFSET + 4])
  const { capacityBytes } = memory
  const away = random.pick([
    0,
    64,
    -64,
    capacityBytes,
    capacityBytes + 64,
    capacityBytes - 64,
    1,
    32,
    2 ** 31,
    -capacityBytes,
  ])
  const value = random.oneIn(6) ? random.next() : (random.oneIn(2) ? tail : head) + away
  setWord(memory, offset, offset % 8 === 4 ? random.pick(extremes) : (value % 2 ** 32) | 0)
}

/** Every slot of the ring is a record of no bytes, or a skip marker: as many records as there can be. */
function flood(random: SeededRandom, memory: RingMemory, { tail }: Stream): void {
  const { capacityBytes } = memory
  const size = random.oneIn(4) ? SKIP_MARKER | 0 : random.oneIn(4) ? 1 : 0
  for (let index = 0; index < capacityBytes; index += 64) {
    setWord(memory, DATA_OFFSET + index + SIZE_OFFSET, size)
    setWord(memory, DATA_OFFSET + index + RESERVED_OFFSET, 64)
  }
  setPosition(memory, HEAD_OFFSET, tail + capacityBytes)
}

export function spoilHeaderWord(random: SeededRandom, memory: RingMemory): void {
  const offset = random.pick(headerWordOffsets)
  const current = word(memory, offset)
  const value = random.pick([
    random.pick(extremes),
    random.next(),
    current ^ (1 << random.below(32)),
    current + 64,
    current + 1,
  ])
  setWord(memory, offset, value | 0)
}

/** One change that no honest peer makes. */
export function spoil(random: SeededRandom, memory: RingMemory, stream: Stream): void {
  const kind = random.below(10)
  if (kind < 5 && stream.headers.length > 0) spoilRecord(random, memory, stream)
  else if (kind < 7) spoilPosition(random, memory, stream)
  else if (kind === 7) spoilHeaderWord(random, memory)
  else if (kind === 8 && random.oneIn(3)) flood(random, memory, stream)
  else tamper(random, memory)
}

/** Changes that become visible later: between two calls of the live process into the library, or inside a handler. */
export function writeLaterChanges(random: SeededRandom, memory: RingMemory, sheet: Int32Array): void {
  const count = 1 + random.below(4)
  let written = 0
  for (let change = 0; change < count; change++) {
    const { offset, values } = tamperLater(random, memory)
    for (const value of values) {
      if (written === sheetLaterMost) break
      sheet.set([random.below(8), offset, value | 0], sheetLater + 3 * written++)
    }
  }
  sheet[sheetLaterCount] = written
}
