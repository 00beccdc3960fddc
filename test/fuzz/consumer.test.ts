import { describe, expect, it, vi } from 'vitest'
import { Consumer } from '../../src/ring/consumer.js'
import { Producer } from '../../src/ring/producer.js'
import { tail } from '../support/ring/raw-ring.js'
import { RecordedSignals } from '../support/ring/recorded-signals.js'
import { type FuzzedRing, fuzzedRing, runCases, survives, tamperWith } from './fuzzed-ring.js'
import { SeededRandom } from './seeded-random.js'

vi.mock('../../src/ring/atomics.js', async (importActual) => {
  const { atomicsOn } = await import('../support/ring/moving-words.js')
  return atomicsOn(await importActual())
})

const payload = new Uint8Array(4096)

function fillHonestly(random: SeededRandom, { memory }: FuzzedRing): void {
  const producer = new Producer(memory, new RecordedSignals())
  for (let count = random.below(12); count > 0; count--) {
    const size = random.below(producer.maxPayloadBytes + 1)
    if (!producer.tryWrite(payload.subarray(0, size), random.next())) return
  }
  producer.publish()
}

/** In the ring, and before the head that was seen. */
function expectInside({ memory }: FuzzedRing, consumer: Consumer, offset: number, size: number): void {
  const { capacityBytes } = memory
  const published = (consumer.seenHead - (offset - 64)) & (capacityBytes - 1) || capacityBytes
  if (offset < 64 || offset % 64 !== 0 || size < 0 || offset + size > capacityBytes || size > published - 64) {
    throw new Error(
      `payload at ${offset} of ${size} bytes, ${published} before the head, in a ring of ${capacityBytes}`,
    )
  }
}

function peekAndCommit(ring: FuzzedRing, consumer: Consumer, held: boolean): void {
  const before = tail(ring.memory)
  const offset = consumer.peek()
  if (offset < 0) return
  if (held && tail(ring.memory) !== before) throw new Error('published a record that is only peeked')
  expectInside(ring, consumer, offset, consumer.size)
  consumer.payload(offset)
  if (held) consumer.advance()
  else consumer.commit()
}

function act(random: SeededRandom, ring: FuzzedRing, consumer: Consumer): void {
  switch (random.below(6)) {
    case 0:
      consumer.publish()
      break
    case 1: {
      consumer.hold()
      for (let count = random.below(8); count > 0; count--) peekAndCommit(ring, consumer, true)
      consumer.publishIfDue()
      break
    }
    case 2:
    case 3: {
      const most = random.oneIn(2) ? Number.POSITIVE_INFINITY : random.below(10)
      let handed = 0
      consumer.consume((view, offset, size) => {
        expectInside(ring, consumer, offset, size)
        if (size > 0) view.getUint8(offset + size - 1)
        if (++handed > ring.memory.capacityBytes / 64 + 1) throw new Error(`${handed} records in one look`)
        if (random.oneIn(3)) tamperWith(random, ring)
      }, most)
      break
    }
    default:
      peekAndCommit(ring, consumer, false)
  }
}

describe('a consumer before hostile bytes', () => {
  it('finds each ring good or corrupt, reads nothing outside it, and comes to an end', () => {
    let corrupt = 0
    let good = 0
    runCases(200_000, (seed) => {
      const random = new SeededRandom(seed)
      const ring = fuzzedRing(random)
      const consumer = new Consumer(ring.seen, ring.signals)
      fillHonestly(random, ring)
      for (let step = 0; step < 4; step++) {
        if (!random.oneIn(4)) tamperWith(random, ring)
        if (!survives(ring, () => act(random, ring, consumer))) {
          corrupt++
          return
        }
      }
      good++
    })
    // A fuzz that only ever sees one outcome has lost its teeth.
    if (process.env['RINGWAY_FUZZ_SEED'] === undefined) expect(Math.min(corrupt, good)).toBeGreaterThan(20_000)
  }, 60_000)
})
