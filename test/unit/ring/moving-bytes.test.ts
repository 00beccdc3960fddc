import { describe, expect, it, vi } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { SKIP_MARKER } from '../../../src/ring/record-descriptor.js'
import { DATA_OFFSET, HEAD_OFFSET, STATE_FATAL, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import { movingWords } from '../../support/ring/moving-words.js'
import { rawRing, setHead, setRawHeader, setTail, state, tail } from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite } from '../../support/ring/records.js'

vi.mock('../../../src/ring/atomics.js', async (importActual) => {
  const { atomicsOn } = await import('../../support/ring/moving-words.js')
  return atomicsOn(await importActual())
})

function movingRing(capacityBytes: number, startAt = 0n) {
  const memory = rawRing(capacityBytes, { startAt })
  const moving = movingWords(memory.words)
  const seen: RingMemory = { ...memory, words: moving.words }
  return { memory, moving, seen }
}

const size = DATA_OFFSET
const type = DATA_OFFSET + 4
const reserved = DATA_OFFSET + 8

describe('a record whose header changes while it is read', () => {
  function consumerOfOne() {
    const ring = movingRing(256)
    setRawHeader(ring.memory, 0, { size: 10, type: 3, reserved: 128 })
    setHead(ring.memory, 128n)
    return { ...ring, consumer: new Consumer(ring.seen, new RecordedSignals()) }
  }

  it.each([
    ['size', size],
    ['type', type],
    ['reserved size', reserved],
  ])('has its %s read once in a peek', (_, offset) => {
    const { moving, consumer } = consumerOfOne()
    consumer.peek()
    expect(moving.reads(offset)).toBe(1)
  })

  it('has the size that was checked, not a later one', () => {
    const { moving, consumer } = consumerOfOne()
    moving.script(size, 64, 0x7fff_ffff)
    const offset = consumer.peek()
    expect([offset, consumer.size, consumer.payload(offset).length]).toEqual([64, 64, 64])
  })

  it('is left behind by the slot length that was checked, not a later one', () => {
    const { memory, moving, consumer } = consumerOfOne()
    moving.script(reserved, 128, 64)
    consumer.peek()
    consumer.commit()
    consumer.publish()
    expect(tail(memory)).toBe(128n)
  })

  it('is not read again by commit and publish', () => {
    const { moving, consumer } = consumerOfOne()
    consumer.peek()
    const reads = [size, type, reserved].map((offset) => moving.reads(offset))
    consumer.commit()
    consumer.publish()
    expect([size, type, reserved].map((offset) => moving.reads(offset))).toEqual(reads)
  })

  it('is checked anew when it is peeked again', () => {
    const { memory, moving, consumer } = consumerOfOne()
    moving.script(reserved, 128, 63)
    consumer.peek()
    expect(() => consumer.peek()).toThrow(expect.objectContaining({ code: ErrorCode.corrupt }))
    expect([state(memory), tail(memory)]).toEqual([STATE_FATAL, 0n])
  })

  it('has the size and type that were checked while consume hands it over, whatever the handler changes', () => {
    const { memory, consumer } = consumerOfOne()
    const seen: number[] = []
    consumer.consume((_view, _offset, length, typeId) => {
      setRawHeader(memory, 0, { size: SKIP_MARKER, type: 9, reserved: 0 })
      seen.push(length, typeId)
    }, 5)
    consumer.publish()
    expect([seen, tail(memory)]).toEqual([[10, 3], 128n])
  })
})

describe('a head that moves while it is read', () => {
  it('is read once when the ring looked empty, and that read is what was checked', () => {
    const { memory, moving, seen } = movingRing(256)
    setRawHeader(memory, 0, { size: 0, reserved: 64 })
    const consumer = new Consumer(seen, new RecordedSignals())
    moving.script(HEAD_OFFSET, 64, 4096)
    expect([consumer.peek(), moving.reads(HEAD_OFFSET), consumer.seenHead]).toEqual([64, 1, 64])
  })

  it('is not looked at again for records that were already seen', () => {
    const { memory, moving, seen } = movingRing(256)
    setRawHeader(memory, 0, { reserved: 64 })
    setRawHeader(memory, 64, { reserved: 64 })
    const consumer = new Consumer(seen, new RecordedSignals())
    moving.script(HEAD_OFFSET, 128, 63)
    consumer.peek()
    consumer.commit()
    expect([consumer.peek(), moving.reads(HEAD_OFFSET)]).toEqual([128, 1])
  })

  it('is corrupt in consume when the look that is trusted finds nonsense, though the glance before did not', () => {
    const { memory, moving, seen } = movingRing(256)
    const consumer = new Consumer(seen, new RecordedSignals())
    moving.script(HEAD_OFFSET, 64, 4096)
    let handed = 0
    expect(() => consumer.consume(() => handed++, 5)).toThrow(expect.objectContaining({ code: ErrorCode.corrupt }))
    expect([handed, state(memory), tail(memory)]).toEqual([0, STATE_FATAL, 0n])
  })

  it('is no record when it comes back to the tail between glance and look', () => {
    const { moving, seen } = movingRing(256)
    const consumer = new Consumer(seen, new RecordedSignals())
    moving.script(HEAD_OFFSET, 64, 0)
    expect(consumer.consume(() => undefined, 5)).toBe(0)
  })

  it('that turns back after a skip marker is corrupt', () => {
    const { memory, moving, seen } = movingRing(256, 192n)
    setRawHeader(memory, 192, { size: SKIP_MARKER })
    const consumer = new Consumer(seen, new RecordedSignals())
    moving.script(HEAD_OFFSET, 256, 192)
    expect(() => consumer.peek()).toThrow(expect.objectContaining({ code: ErrorCode.corrupt }))
    expect(tail(memory)).toBe(192n)
  })
})

describe('a tail that moves while it is read', () => {
  it('is read once when the ring looked full, and that read is what was checked', () => {
    const { memory, moving, seen } = movingRing(256)
    const producer = new Producer(seen, new RecordedSignals())
    for (let count = 0; count < 4; count++) mustWrite(producer, new Uint8Array(0))
    producer.publish()
    const before = moving.reads(TAIL_OFFSET)
    moving.script(TAIL_OFFSET, 64, 4096)
    expect([producer.claim(0), moving.reads(TAIL_OFFSET) - before, producer.seenTail]).toEqual([64, 1, 64])
    expect(state(memory)).not.toBe(STATE_FATAL)
  })

  it('is not looked at while the room seen before is enough', () => {
    const { moving, seen } = movingRing(256)
    const producer = new Producer(seen, new RecordedSignals())
    const before = moving.reads(TAIL_OFFSET)
    for (let count = 0; count < 4; count++) mustWrite(producer, new Uint8Array(0))
    expect(moving.reads(TAIL_OFFSET)).toBe(before)
  })

  it('makes a claim no longer than the room that was checked', () => {
    const { memory, moving, seen } = movingRing(256)
    setTail(memory, -256n)
    const producer = new Producer(seen, new RecordedSignals())
    moving.script(TAIL_OFFSET, -192, 0)
    expect([producer.claim(64), producer.claim(64)]).toEqual([-1, 64])
  })
})
