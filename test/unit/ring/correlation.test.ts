import { describe, expect, it } from 'vitest'
import { formatRing } from '../../../src/ring/arena-header.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { readCorrelation, writeCorrelation } from '../../../src/ring/correlation.js'
import { Producer } from '../../../src/ring/producer.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'

describe('correlation ids', () => {
  it.each([
    1,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 52 + 12_345,
    Number.MAX_SAFE_INTEGER,
    2n ** 53n,
    2n ** 63n,
    2n ** 64n - 1n,
  ])('come back as %s', (id) => {
    const words = new Int32Array(16)
    writeCorrelation(words, 0, id)
    expect(readCorrelation(words, 0)).toBe(id)
  })

  it('are u64 little-endian at byte 16 of the record', () => {
    const words = new Int32Array(16)
    writeCorrelation(words, 0, 0x0001_0203_0405_06)
    expect(new BigUint64Array(words.buffer)[2]).toBe(0x0001_0203_0405_06n)
  })

  it('travel with their record, and byte 12 is 0', () => {
    const capacityBytes = 1024
    const memory = new RingMemory(new ArrayBuffer(768 + capacityBytes), capacityBytes)
    formatRing(memory.words, capacityBytes)
    memory.bytes.fill(0xff)
    const signals = { wakePeer() {}, corrupt() {} }
    const producer = new Producer(memory, signals)
    const consumer = new Consumer(memory, signals)
    for (const id of [7, 2n ** 60n]) {
      producer.claim(8)
      producer.commitCorrelated(8, 3, id)
    }
    producer.publish()
    expect(memory.view.getUint32(12, true)).toBe(0)
    consumer.peek()
    expect(consumer.correlationId).toBe(7)
    consumer.commit()
    consumer.peek()
    expect(consumer.correlationId).toBe(2n ** 60n)
  })
})
