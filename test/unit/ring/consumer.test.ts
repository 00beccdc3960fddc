import { describe, expect, it } from 'vitest'
import { Consumer, type ConsumerOptions } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { SKIP_MARKER } from '../../../src/ring/record-descriptor.js'
import { WORD_AWAKE, WORD_DOORBELL, WORD_FUTEX, WORD_PURE_SPIN } from '../../../src/ring/ring-descriptor.js'
import {
  consumerWord,
  producerWord,
  type RawRingOptions,
  rawRing,
  setConsumerWord,
  setHead,
  setProducerWord,
  setRawHeader,
  tail,
} from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite, patternOf, take, takeAll } from '../../support/ring/records.js'

const empty = new Uint8Array(0)

function pairAt(capacityBytes: number, options: RawRingOptions & ConsumerOptions = {}) {
  const memory = rawRing(capacityBytes, options)
  const signals = new RecordedSignals()
  const producer = new Producer(memory, new RecordedSignals())
  return { memory, signals, producer, consumer: new Consumer(memory, signals, options) }
}

/** Publishes `count` empty records. */
function send(producer: Producer, count: number): void {
  for (let sent = 0; sent < count; sent++) mustWrite(producer, empty, sent)
  producer.publish()
}

describe('peek', () => {
  it('says −1 of an empty ring', () => {
    expect(pairAt(256).consumer.peek()).toBe(-1)
  })

  it('finds index, size and type of the record', () => {
    const { producer, consumer } = pairAt(256, { startAt: 128n })
    mustWrite(producer, patternOf(1, 33), 0xffff_ffff)
    producer.publish()
    expect([consumer.peek(), consumer.size, consumer.typeId]).toEqual([192, 33, 0xffff_ffff])
  })

  it('does not see what was not published', () => {
    const { producer, consumer } = pairAt(256)
    mustWrite(producer, empty)
    expect(consumer.peek()).toBe(-1)
  })

  it('finds the same record again until it is committed', () => {
    const { producer, consumer } = pairAt(256)
    send(producer, 2)
    expect([consumer.peek(), consumer.peek(), consumer.typeId]).toEqual([64, 64, 0])
    consumer.commit()
    expect([consumer.peek(), consumer.typeId]).toEqual([128, 1])
  })

  it('goes past a skip marker to index 0', () => {
    const { producer, consumer } = pairAt(256, { startAt: 192n })
    mustWrite(producer, patternOf(3, 64), 5)
    producer.publish()
    expect([consumer.peek(), consumer.size, consumer.typeId]).toEqual([64, 64, 5])
    expect([...consumer.payload(64)]).toEqual([...patternOf(3, 64)])
  })

  it('reads every record of a full ring', () => {
    const { producer, consumer } = pairAt(256)
    send(producer, 4)
    expect(takeAll(consumer).map(({ typeId }) => typeId)).toEqual([0, 1, 2, 3])
  })

  it('takes a slot that is longer than its payload needs, as a producer in another language may leave it', () => {
    const { memory, consumer } = pairAt(256)
    setRawHeader(memory, 0, { size: 1, type: 2, reserved: 192 })
    setHead(memory, 192n)
    expect([consumer.peek(), consumer.size]).toEqual([64, 1])
    consumer.commit()
    expect(consumer.bytesUsed).toBe(0)
  })

  it('takes a record over the whole ring', () => {
    const { memory, consumer } = pairAt(256)
    setRawHeader(memory, 0, { size: 192, reserved: 256 })
    setHead(memory, 256n)
    expect([consumer.peek(), consumer.size]).toEqual([64, 192])
  })

  it('begins at the position that it finds', () => {
    const { memory, consumer } = pairAt(256, { startAt: 2n ** 40n + 64n })
    setRawHeader(memory, 64, { type: 9, reserved: 64 })
    setHead(memory, 2n ** 40n + 128n)
    expect([consumer.peek(), consumer.typeId]).toEqual([128, 9])
  })
})

describe('a skip marker as the last thing published', () => {
  function lastSkip() {
    const ring = pairAt(256, { startAt: 192n })
    setRawHeader(ring.memory, 0, { size: 0, type: 77, reserved: 64 })
    setRawHeader(ring.memory, 192, { size: SKIP_MARKER })
    setHead(ring.memory, 256n)
    return ring
  }

  it('delivers no old record a second time', () => {
    expect(lastSkip().consumer.peek()).toBe(-1)
  })

  it('gives the room of the marker back', () => {
    const { memory, consumer } = lastSkip()
    consumer.peek()
    expect(tail(memory)).toBe(256n)
  })

  it('is seen by consume as no record at all', () => {
    const { consumer } = lastSkip()
    const types: number[] = []
    expect(consumer.consume((_view, _offset, _size, typeId) => types.push(typeId), 10)).toBe(0)
    expect(types).toEqual([])
  })

  it('loses no record that follows', () => {
    const { memory, consumer } = lastSkip()
    consumer.peek()
    setRawHeader(memory, 0, { type: 78, reserved: 64 })
    setHead(memory, 320n)
    expect(take(consumer)?.typeId).toBe(78)
  })

  it('leaves the head that a wait would compare with', () => {
    const { consumer } = lastSkip()
    consumer.peek()
    expect(consumer.seenHead).toBe(256)
  })
})

describe('publication of the tail', () => {
  it('waits for the 32nd record while less than a quarter is unpublished and less than half in use', () => {
    const { memory, producer, consumer } = pairAt(1 << 16)
    send(producer, 40)
    const tails: bigint[] = []
    for (let count = 1; count <= 33; count++) {
      take(consumer)
      tails.push(tail(memory))
    }
    expect(tails.slice(30)).toEqual([0n, 32n * 64n, 32n * 64n])
  })

  it('happens once a quarter of the ring is unpublished', () => {
    const { memory, producer, consumer } = pairAt(4096)
    for (const size of [960 - 64, 0, 0]) mustWrite(producer, new Uint8Array(size))
    producer.publish()
    take(consumer)
    expect(tail(memory)).toBe(0n)
    take(consumer)
    expect(tail(memory)).toBe(1024n)
  })

  it('happens at every record while more than half of the ring is in use', () => {
    const { memory, producer, consumer } = pairAt(4096)
    send(producer, 34)
    const tails: bigint[] = []
    for (let count = 0; count < 3; count++) {
      take(consumer)
      tails.push(tail(memory))
    }
    expect(tails).toEqual([64n, 128n, 128n])
  })

  it('happens when the ring looks empty', () => {
    const { memory, producer, consumer } = pairAt(4096)
    send(producer, 2)
    take(consumer)
    take(consumer)
    expect(tail(memory)).toBe(0n)
    consumer.peek()
    expect(tail(memory)).toBe(128n)
  })

  it('happens when consume finds the ring empty', () => {
    const { memory, producer, consumer } = pairAt(4096)
    send(producer, 2)
    consumer.consume(() => undefined, 10)
    expect(tail(memory)).toBe(0n)
    consumer.consume(() => undefined, 10)
    expect(tail(memory)).toBe(128n)
  })

  it('never shows a record as consumed that is only peeked', () => {
    const { memory, producer, consumer } = pairAt(4096)
    send(producer, 1)
    consumer.peek()
    consumer.publish()
    expect(tail(memory)).toBe(0n)
  })

  it('never lets a producer run dry that sends slots of a sixteenth of the ring', () => {
    const { producer, consumer } = pairAt(1 << 16)
    for (let sent = 0; sent < 1000; sent++) {
      mustWrite(producer, new Uint8Array(4096 - 64), sent)
      producer.publish()
      expect(take(consumer)?.typeId).toBe(sent)
    }
  })

  it.each([WORD_FUTEX, WORD_DOORBELL])('wakes a producer that sleeps as %i, once, and after the tail', (kind) => {
    const memory = rawRing(4096)
    const seen: [number, bigint][] = []
    const signals = { wakePeer: (word: number) => seen.push([word, tail(memory)]), corrupt: () => seen.push([-1, -1n]) }
    const producer = new Producer(memory, new RecordedSignals())
    const consumer = new Consumer(memory, signals)
    setProducerWord(memory, kind)
    send(producer, 2)
    take(consumer)
    consumer.publish()
    take(consumer)
    consumer.publish()
    expect([seen, producerWord(memory)]).toEqual([[[kind, 64n]], WORD_AWAKE])
  })

  it('stores and wakes nothing when there is nothing new to tell', () => {
    const { memory, signals, consumer } = pairAt(256)
    setProducerWord(memory, WORD_FUTEX)
    consumer.publish()
    expect([signals.wakes, producerWord(memory)]).toEqual([[], WORD_FUTEX])
  })
})

describe('hold', () => {
  it('keeps everything that is advanced past from being overwritten, until publishIfDue', () => {
    const { memory, producer, consumer } = pairAt(256)
    send(producer, 4)
    consumer.hold()
    for (let count = 0; count < 4; count++) {
      expect(consumer.peek()).toBe(64 + count * 64)
      consumer.advance()
    }
    expect([consumer.peek(), tail(memory), producer.tryWrite(empty, 0)]).toEqual([-1, 0n, false])
    consumer.publishIfDue()
    expect([tail(memory), producer.tryWrite(empty, 0)]).toEqual([256n, true])
  })
})

describe('consume', () => {
  it('hands over what is there, in order, in a view of the data area', () => {
    const { producer, consumer } = pairAt(1024)
    for (const size of [3, 0, 64]) mustWrite(producer, patternOf(size, size), size)
    producer.publish()
    const seen: [number, number[]][] = []
    const handled = consumer.consume((view, offset, size, typeId) => {
      seen.push([typeId, Array.from({ length: size }, (_, at) => view.getUint8(offset + at))])
    }, 10)
    expect(handled).toBe(3)
    expect(seen).toEqual([3, 0, 64].map((size) => [size, [...patternOf(size, size)]]))
  })

  it.each([
    [0, 0],
    [1, 1],
    [3, 3],
    [9, 5],
    [Number.POSITIVE_INFINITY, 5],
  ])('hands over at most %d records', (most, handled) => {
    const { producer, consumer } = pairAt(1024)
    send(producer, 5)
    expect(consumer.consume(() => undefined, most)).toBe(handled)
    expect(takeAll(consumer)).toHaveLength(5 - handled)
  })

  it('stops at the head it saw at the beginning, though the handler brings a new record for each', () => {
    const { producer, consumer } = pairAt(1024)
    send(producer, 3)
    expect(consumer.consume(() => send(producer, 1), 1000)).toBe(3)
    expect(takeAll(consumer)).toHaveLength(3)
  })

  it('ends, across a skip marker, with an endless producer', () => {
    const { producer, consumer } = pairAt(256, { startAt: 192n })
    mustWrite(producer, new Uint8Array(64))
    producer.publish()
    const handled = consumer.consume(() => {
      producer.tryWrite(new Uint8Array(64), 0)
      producer.publish()
    }, 1000)
    expect(handled).toBe(1)
  })

  it('goes at most one record past that head, when a skip marker was the last thing before it', () => {
    const { memory, consumer } = pairAt(256, { startAt: 128n })
    setRawHeader(memory, 128, { type: 1, reserved: 64 })
    setRawHeader(memory, 192, { size: SKIP_MARKER })
    setHead(memory, 256n)
    const types: number[] = []
    const handled = consumer.consume((_view, _offset, _size, typeId) => {
      types.push(typeId)
      setRawHeader(memory, 0, { type: 2, reserved: 64 })
      setRawHeader(memory, 64, { type: 3, reserved: 64 })
      setHead(memory, 384n)
    }, 1000)
    expect([handled, types]).toEqual([2, [1, 2]])
    expect(take(consumer)?.typeId).toBe(3)
  })

  it('has consumed the record whose handler throws, and lets the error through', () => {
    const { producer, consumer } = pairAt(1024)
    send(producer, 2)
    const failure = new Error('handler')
    expect(() =>
      consumer.consume(() => {
        throw failure
      }, 10),
    ).toThrow(failure)
    expect(takeAll(consumer).map(({ typeId }) => typeId)).toEqual([1])
  })

  it('ends after the handler that stops it, and touches the ring no more', () => {
    const { memory, producer, consumer } = pairAt(4096)
    send(producer, 40)
    const before = tail(memory)
    expect(consumer.consume(() => consumer.stop(), 10)).toBe(1)
    expect(tail(memory)).toBe(before)
  })

  it('hands nothing over after it was stopped', () => {
    const { producer, consumer } = pairAt(4096)
    send(producer, 2)
    consumer.stop()
    expect(consumer.consume(() => undefined, 10)).toBe(0)
  })
})

describe('what the consumer says of itself', () => {
  it('is awake when it begins, whatever the word held', () => {
    const memory = rawRing(256)
    setConsumerWord(memory, WORD_FUTEX)
    new Consumer(memory, new RecordedSignals())
    expect(consumerWord(memory)).toBe(WORD_AWAKE)
  })

  it('says pure spin in the word when asked to', () => {
    const { memory } = pairAt(256, { pureSpin: true })
    expect(consumerWord(memory)).toBe(WORD_PURE_SPIN)
  })

  it('counts what was published and not consumed as used', () => {
    const { producer, consumer } = pairAt(256)
    send(producer, 4)
    expect(consumer.bytesUsed).toBe(256)
    take(consumer)
    expect(consumer.bytesUsed).toBe(192)
  })

  it('has seen the head where the ring was empty', () => {
    const { producer, consumer } = pairAt(256, { startAt: 2n ** 31n })
    send(producer, 1)
    takeAll(consumer)
    expect(consumer.seenHead).toBe((2 ** 31 + 64) | 0)
  })
})
