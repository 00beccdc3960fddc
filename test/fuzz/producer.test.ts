import { describe, expect, it, vi } from 'vitest'
import { Producer } from '../../src/ring/producer.js'
import { slotLength } from '../../src/ring/slot.js'
import { type FuzzedRing, fuzzedRing, runCases, survives, tamperWith } from './fuzzed-ring.js'
import { SeededRandom } from './seeded-random.js'

vi.mock('../../src/ring/atomics.js', async (importActual) => {
  const { atomicsOn } = await import('../support/ring/moving-words.js')
  return atomicsOn(await importActual())
})

const payload = new Uint8Array(4096)

/** Never more in one go than the ring holds, whatever the tail says. */
function writeUntilFull(random: SeededRandom, { memory }: FuzzedRing, producer: Producer): void {
  const most = memory.capacityBytes / 64
  for (let count = 0; count <= most; count++) {
    const size = random.below(producer.maxPayloadBytes + 1)
    if (!producer.tryWrite(payload.subarray(0, size), random.next())) return
  }
  throw new Error(`more than ${most} records in a ring of ${memory.capacityBytes}`)
}

function claimAndCommit(random: SeededRandom, { memory }: FuzzedRing, producer: Producer): void {
  const claimed = random.below(producer.maxPayloadBytes + 1)
  const offset = producer.claim(claimed)
  if (offset < 0) return
  const { capacityBytes } = memory
  const start = offset - 64
  const room = (producer.seenTail - start) & (capacityBytes - 1) || capacityBytes
  if (start % 64 !== 0 || start + slotLength(claimed) > capacityBytes || slotLength(claimed) > room) {
    throw new Error(`claim of ${claimed} bytes at ${offset}, ${room} before the tail, in a ring of ${capacityBytes}`)
  }
  if (random.oneIn(3)) return
  producer.commit(random.below(claimed + 1), random.next())
}

function act(random: SeededRandom, ring: FuzzedRing, producer: Producer): void {
  switch (random.below(5)) {
    case 0:
      producer.publish()
      break
    case 1:
      producer.publishIfDue()
      break
    case 2:
      writeUntilFull(random, ring, producer)
      break
    default:
      claimAndCommit(random, ring, producer)
  }
}

describe('a producer before hostile bytes', () => {
  it('finds each ring good or corrupt, writes nothing outside it, and comes to an end', () => {
    let corrupt = 0
    let good = 0
    runCases(200_000, (seed) => {
      const random = new SeededRandom(seed)
      const ring = fuzzedRing(random)
      let producer: Producer | undefined
      if (random.oneIn(8)) tamperWith(random, ring)
      for (let step = 0; step < 6; step++) {
        const alive = survives(ring, () => {
          producer ??= new Producer(ring.seen, ring.signals)
          act(random, ring, producer)
        })
        if (!alive) {
          corrupt++
          return
        }
        if (!random.oneIn(4)) tamperWith(random, ring)
      }
      good++
    })
    // A fuzz that only ever sees one outcome has lost its teeth.
    if (process.env['RINGWAY_FUZZ_SEED'] === undefined) expect(Math.min(corrupt, good)).toBeGreaterThan(20_000)
  }, 60_000)
})
