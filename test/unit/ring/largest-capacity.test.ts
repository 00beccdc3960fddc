import { describe, expect, it } from 'vitest'
import { checkRing } from '../../../src/ring/arena-header.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { MAX_CAPACITY } from '../../../src/ring/ring-descriptor.js'
import { head, rawHeader, rawRing, setHead, setTail, tail } from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite, patternOf, take } from '../../support/ring/records.js'

/** Only the pages that are touched exist, so 2 GiB of address space costs a few MiB. One ring serves all tests. */
const memory = rawRing(MAX_CAPACITY, { shared: true })
const half = MAX_CAPACITY / 2

function pairAt(startAt: bigint) {
  setHead(memory, startAt)
  setTail(memory, startAt)
  return {
    producer: new Producer(memory, new RecordedSignals()),
    consumer: new Consumer(memory, new RecordedSignals()),
  }
}

/** Commits a record of `size` bytes of which only the first and the last are written. */
function sendSparse(producer: Producer, size: number, mark: number): boolean {
  const payload = producer.claim(size)
  if (payload < 0) return false
  memory.bytes[payload] = mark
  memory.bytes[payload + size - 1] = mark + 1
  producer.commit(size, mark)
  producer.publish()
  return true
}

describe('a ring of 2^31 bytes', () => {
  it('is a ring like others to whoever opens it', () => {
    pairAt(0n)
    expect(() => checkRing(memory.words, MAX_CAPACITY)).not.toThrow()
  })

  it.each([0n, 2n ** 32n - BigInt(half), 2n ** 53n - BigInt(half)])(
    'takes two payloads of 2^30 − 64 bytes, and is full, from %s on',
    (startAt) => {
      const { producer, consumer } = pairAt(startAt)
      const size = half - 64
      expect([sendSparse(producer, size, 1), sendSparse(producer, size, 2)]).toEqual([true, true])
      expect([producer.bytesUsed, consumer.bytesUsed]).toEqual([MAX_CAPACITY, MAX_CAPACITY])
      expect(producer.tryWrite(new Uint8Array(0), 0)).toBe(false)
      for (const mark of [1, 2]) {
        const offset = consumer.peek()
        const payload = consumer.payload(offset)
        expect([consumer.size, consumer.typeId, payload[0], payload[size - 1]]).toEqual([size, mark, mark, mark + 1])
        consumer.commit()
      }
      expect([consumer.peek(), tail(memory)]).toEqual([-1, startAt + BigInt(MAX_CAPACITY)])
      expect(producer.tryWrite(new Uint8Array(0), 0)).toBe(true)
    },
  )

  it('writes the last slot and the skip marker there', () => {
    const last = MAX_CAPACITY - 64
    const { producer, consumer } = pairAt(BigInt(last))
    mustWrite(producer, patternOf(1, 100), 5)
    producer.publish()
    expect(rawHeader(memory, last).size).toBe(0xffff_ffff)
    expect(head(memory)).toBe(2n ** 31n + 192n)
    expect(take(consumer)).toEqual({ typeId: 5, payload: patternOf(1, 100) })
  })

  it('keeps a payload that ends at its very last byte', () => {
    const size = 4096 - 64
    const { producer, consumer } = pairAt(BigInt(MAX_CAPACITY - 4096))
    mustWrite(producer, patternOf(9, size), 6)
    producer.publish()
    expect(memory.bytes[MAX_CAPACITY - 1]).toBe(patternOf(9, size)[size - 1])
    let seen: [number, number, number] | undefined
    consumer.consume((view, offset, length) => {
      seen = [offset, length, view.getUint8(offset + length - 1)]
    }, 1)
    expect(seen).toEqual([MAX_CAPACITY - size, size, patternOf(9, size)[size - 1]])
  })

  it('refuses a payload one byte over 2^30 − 64', () => {
    expect(() => pairAt(0n).producer.claim(half - 63)).toThrow(/1073741761 .* 2147483648 .* 1073741760/)
  })
})
