import { describe, expect, it } from 'vitest'
import { readRingHeader } from '../../../src/inspect/ring-header.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import {
  ALIGNMENT_OFFSET,
  CAPACITY_OFFSET,
  CONSUMER_WORD_OFFSET,
  DATA_OFFSET,
  HEAD_OFFSET,
  MAGIC_OFFSET,
  MARKER_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_OFFSET,
  TAIL_OFFSET,
  VERSION_OFFSET,
} from '../../../src/ring/ring-descriptor.js'
import { writeMarker } from '../../../src/transport/marker.js'
import { SeededRandom } from '../../fuzz/seeded-random.js'

const capacityBytes = 4096
const lengthBytes = 8192

function header(...words: readonly (readonly [offset: number, value: number])[]): Int32Array {
  const memory = new Int32Array(DATA_OFFSET / 4)
  formatRing(memory, capacityBytes)
  for (const [offset, value] of words) memory[offset / 4] = value
  return memory
}

const read = (words: Int32Array) => readRingHeader(() => words, lengthBytes)

describe('readRingHeader', () => {
  it('reads capacity, positions, fill and words', () => {
    const words = header([HEAD_OFFSET, 640], [HEAD_OFFSET + 4, 1], [TAIL_OFFSET, 512], [TAIL_OFFSET + 4, 1])
    words[CONSUMER_WORD_OFFSET / 4] = 3
    words[PRODUCER_WORD_OFFSET / 4] = 1
    expect(read(words)).toEqual({
      capacityBytes,
      head: 2n ** 32n + 640n,
      tail: 2n ** 32n + 512n,
      usedBytes: 128,
      consumerWord: 3,
      producerWord: 1,
      listenerRole: undefined,
      corruption: undefined,
    })
  })

  it('tells how full a ring is whose head has passed a multiple of 2^32', () => {
    expect(read(header([HEAD_OFFSET, 64], [HEAD_OFFSET + 4, 1], [TAIL_OFFSET, -64]))?.usedBytes).toBe(128)
  })

  it.each(['producer', 'consumer'] as const)("reads a native listener's role: %s", (role) => {
    const words = header()
    writeMarker(words, role)
    expect(read(words)?.listenerRole).toBe(role)
  })

  it.each([
    ['another magic', MAGIC_OFFSET, 1],
    ['another version', VERSION_OFFSET, 5],
    ['another alignment', ALIGNMENT_OFFSET, 32],
    ['a capacity that is no power of two', CAPACITY_OFFSET, 4032],
    ['a capacity that the mapping does not hold', CAPACITY_OFFSET, 8192],
    ['the capacity 0', CAPACITY_OFFSET, 0],
  ])('takes %s for no ring', (_name, offset, value) => {
    expect(read(header([offset, value]))).toBeUndefined()
  })

  it.each([
    ['the state fatal', STATE_OFFSET, 4],
    ['a head beyond the capacity', HEAD_OFFSET, 4096 + 64],
    ['a tail before the head', TAIL_OFFSET, 64],
    ['a head between two slots', HEAD_OFFSET, 13],
  ])('tells of %s as of a corrupt ring', (_name, offset, value) => {
    const found = read(header([offset, value]))
    expect(found?.corruption).toMatch(/^The ring's /)
    expect(found?.usedBytes).toBeLessThanOrEqual(capacityBytes)
  })

  it('tells of a forged marker', () => {
    const words = header()
    writeMarker(words, 'consumer')
    words[(MARKER_OFFSET + 8) / 4] = 9
    expect(read(words)?.corruption).toMatch(/marker is forged/)
  })

  it('looks again at a ring that moved between its two positions', () => {
    const looks = [header([TAIL_OFFSET, 64]), header([TAIL_OFFSET, 128], [HEAD_OFFSET, 64]), header([HEAD_OFFSET, 128])]
    expect(readRingHeader(() => looks.shift(), lengthBytes)).toMatchObject({ usedBytes: 128, corruption: undefined })
  })

  it('gives up on memory that goes away while it looks', () => {
    const looks = [header([TAIL_OFFSET, 64])]
    expect(readRingHeader(() => looks.shift(), lengthBytes)).toBeUndefined()
  })

  it('takes whatever bytes there are', () => {
    const random = new SeededRandom(5)
    for (let round = 0; round < 20_000; round++) {
      const words = header()
      for (let at = 4; at < words.length; at++) if (random.oneIn(2)) words[at] = random.next()
      const found = read(words)
      expect(found === undefined || found.usedBytes <= capacityBytes).toBe(true)
    }
  })
})
