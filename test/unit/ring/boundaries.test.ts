import { describe, expect, it } from 'vitest'
import { Consumer } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { HEAD_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import { answerOf, startBundledWorker } from '../../support/ring/bundled-worker.js'
import type { PositionReaderAnswer, PositionReaderOptions } from '../../support/ring/position-reader.js'
import { head, rawRing, setHead, setTail, tail } from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite, patternOf, take } from '../../support/ring/records.js'

const boundaries = [
  ['2^31', 2n ** 31n],
  ['2^32', 2n ** 32n],
  ['2^53', 2n ** 53n],
  ['2^63', 2n ** 63n],
] as const

/** A value stored in two halves is seen torn within a few dozen crossings. */
const crossingsSeen = 500

/** Sends and takes records of all sizes, checked, and publishes each, until both positions are `bytes` further. */
function cross(memory: RingMemory, bytes: bigint): void {
  const producer = new Producer(memory, new RecordedSignals())
  const consumer = new Consumer(memory, new RecordedSignals())
  const end = head(memory) + bytes
  for (let seed = 0; head(memory) < end; seed++) {
    const payload = patternOf(seed, (seed * 37) % (producer.maxPayloadBytes + 1))
    mustWrite(producer, payload, seed)
    producer.publish()
    const record = take(consumer)
    if (record?.typeId !== seed || Buffer.compare(record.payload, payload) !== 0) throw new Error(`record ${seed}`)
    consumer.publish()
  }
}

describe.each(boundaries)('positions that cross %s', (_, boundary) => {
  it.each([0n, 64n, 128n, 192n, 256n, 512n])('lose and change no record, begun %s bytes below', (below) => {
    const memory = rawRing(512, { startAt: boundary - below })
    cross(memory, 4096n)
    expect(tail(memory)).toBe(head(memory))
    expect(head(memory)).toBeGreaterThanOrEqual(boundary - below + 4096n)
  })

  it('keep a full ring full and a drained ring empty', () => {
    const memory = rawRing(256, { startAt: boundary - 128n })
    const producer = new Producer(memory, new RecordedSignals())
    const consumer = new Consumer(memory, new RecordedSignals())
    for (let count = 0; count < 4; count++) mustWrite(producer, new Uint8Array(0), count)
    expect(producer.tryWrite(new Uint8Array(0), 4)).toBe(false)
    expect([head(memory), consumer.bytesUsed]).toEqual([boundary + 128n, 256])
    for (let count = 0; count < 4; count++) expect(take(consumer)?.typeId).toBe(count)
    expect([consumer.peek(), tail(memory)]).toEqual([-1, boundary + 128n])
  })

  it('cross in one corked publication that begins below and ends above', () => {
    const memory = rawRing(4096, { startAt: boundary - 640n })
    const producer = new Producer(memory, new RecordedSignals())
    for (let count = 0; count < 15; count++) mustWrite(producer, new Uint8Array(0))
    expect(head(memory)).toBe(boundary - 640n)
    producer.publish()
    expect(head(memory)).toBe(boundary + 320n)
  })

  it('cross with a head above while the tail is still below, and the other way round never', () => {
    const memory = rawRing(256, { startAt: boundary - 64n })
    const producer = new Producer(memory, new RecordedSignals())
    const consumer = new Consumer(memory, new RecordedSignals())
    mustWrite(producer, new Uint8Array(64), 1)
    producer.publish()
    expect([head(memory) >= boundary, tail(memory) < boundary, producer.bytesUsed]).toEqual([true, true, 192])
    expect(take(consumer)?.typeId).toBe(1)
  })
})

describe.each([
  ['2^32', 2n ** 32n],
  ['2^53', 2n ** 53n],
])('a reader of eight bytes, on another thread, at %s', (_, boundary) => {
  it.each([
    ['head', HEAD_OFFSET],
    ['tail', TAIL_OFFSET],
  ])(
    'never sees half of an old and half of a new %s',
    async (_name, positionOffset) => {
      const memory = rawRing(512, { startAt: boundary - 64n, shared: true })
      const control = new SharedArrayBuffer(8)
      const controls = new Int32Array(control)
      const ring = memory.words.buffer as SharedArrayBuffer
      const options: PositionReaderOptions = { ring, positionOffset, boundary, reachBytes: 8192n, control }
      const answer = answerOf<PositionReaderAnswer>(startBundledWorker('position-reader.ts', options))
      try {
        while (Atomics.load(controls, 1) < crossingsSeen) {
          setHead(memory, boundary - 256n)
          setTail(memory, boundary - 256n)
          cross(memory, 1024n)
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        Atomics.store(controls, 0, 1)
      }
      const { torn, below, above } = await answer
      expect(torn).toBeUndefined()
      expect(Math.min(below, above)).toBeGreaterThan(0)
    },
    60_000,
  )
})
