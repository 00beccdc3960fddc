import { describe, expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { declareCorrupt, isFatal } from '../../../src/ring/corruption.js'
import { Producer } from '../../../src/ring/producer.js'
import { SKIP_MARKER } from '../../../src/ring/record-descriptor.js'
import {
  STATE_FATAL,
  STATE_READY,
  WORD_AWAKE,
  WORD_DOORBELL,
  WORD_FUTEX,
  WORD_PURE_SPIN,
} from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import {
  consumerWord,
  head,
  producerWord,
  type RawHeader,
  rawRing,
  setConsumerWord,
  setHead,
  setProducerWord,
  setRawHeader,
  setTail,
  setWord,
  state,
  tail,
} from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite, take } from '../../support/ring/records.js'

const empty = new Uint8Array(0)

function corruptionFrom(act: () => unknown): RingwayError {
  try {
    act()
  } catch (error) {
    if (error instanceof RingwayError && error.code === ErrorCode.corrupt) return error
    throw error
  }
  throw new Error('the ring was taken for a good one')
}

interface Row {
  readonly name: string
  /** Where the consumer stands, with a legitimate record of 64 bytes before it that it has consumed. */
  readonly at?: bigint
  readonly used: bigint
  readonly headers: readonly (Partial<RawHeader> & { index: number })[]
  /** What the message must name. */
  readonly numbers: readonly string[]
}

const record = (header: Partial<RawHeader>) => [{ index: 0, ...header }]

const hostileHeaders: Row[] = [
  { name: 'reserved 0', used: 64n, headers: record({}), numbers: ['reserved 0', 'size 0'] },
  { name: 'reserved 63', used: 64n, headers: record({ reserved: 63 }), numbers: ['reserved 63'] },
  { name: 'reserved 65', used: 128n, headers: record({ reserved: 65 }), numbers: ['reserved 65'] },
  { name: 'reserved 32', used: 64n, headers: record({ reserved: 32 }), numbers: ['reserved 32'] },
  {
    name: 'reserved 2^32 − 64',
    used: 256n,
    headers: record({ reserved: 2 ** 32 - 64 }),
    numbers: ['reserved 4294967232'],
  },
  { name: 'reserved 2^32 − 1', used: 256n, headers: record({ reserved: 2 ** 32 - 1 }), numbers: ['4294967295'] },
  { name: 'reserved 2^31', used: 256n, headers: record({ reserved: 2 ** 31 }), numbers: ['2147483648'] },
  { name: 'reserved over the capacity', used: 256n, headers: record({ reserved: 320 }), numbers: ['320', '256'] },
  {
    name: 'reserved past the end, though before the head',
    at: 192n,
    used: 256n,
    headers: [{ index: 192, reserved: 128 }],
    numbers: ['index 192', 'reserved 128'],
  },
  {
    name: 'reserved past the head',
    used: 64n,
    headers: record({ reserved: 128 }),
    numbers: ['reserved 128', '64 bytes before the head'],
  },
  { name: 'size one over the slot', used: 128n, headers: record({ size: 65, reserved: 128 }), numbers: ['size 65'] },
  { name: 'size 1 in a bare header', used: 64n, headers: record({ size: 1, reserved: 64 }), numbers: ['size 1'] },
  {
    name: 'size 2^32 − 2',
    used: 128n,
    headers: record({ size: 2 ** 32 - 2, reserved: 128 }),
    numbers: ['size 4294967294'],
  },
  { name: 'size 2^31', used: 128n, headers: record({ size: 2 ** 31, reserved: 128 }), numbers: ['2147483648'] },
  { name: 'a skip marker at index 0', used: 128n, headers: record({ size: SKIP_MARKER }), numbers: ['index 0'] },
  {
    name: 'a skip marker over the whole ring',
    used: 256n,
    headers: record({ size: SKIP_MARKER }),
    numbers: ['index 0', '256'],
  },
  {
    name: 'two skip markers, one after the other',
    at: 192n,
    used: 128n,
    headers: [
      { index: 192, size: SKIP_MARKER },
      { index: 0, size: SKIP_MARKER, reserved: 64 },
    ],
    numbers: ['a skip marker at index 0'],
  },
  {
    name: 'a skip marker that leads past the head',
    at: 128n,
    used: 64n,
    headers: [{ index: 128, size: SKIP_MARKER }],
    numbers: ['index 128', '64 bytes before the head'],
  },
  {
    name: 'a bad record behind a skip marker',
    at: 192n,
    used: 128n,
    headers: [
      { index: 192, size: SKIP_MARKER },
      { index: 0, reserved: 128 },
    ],
    numbers: ['index 0', 'reserved 128', '64 bytes before the head'],
  },
]

/** A consumer before hostile bytes, with one good record consumed and not yet published, and a producer that sleeps. */
function consumerBefore(row: Row, producerSleepsAs: number) {
  const at = row.at ?? 0n
  const memory = rawRing(256, { startAt: at + 192n })
  const goodIndex = Number((at + 192n) % 256n)
  setRawHeader(memory, goodIndex, { type: 1, reserved: 64 })
  setHead(memory, at + 256n)
  const signals = new RecordedSignals()
  const consumer = new Consumer(memory, signals)
  if (take(consumer)?.typeId !== 1) throw new Error('the good record was not there')
  const before = tail(memory)
  // Told to the consumer only now; the head moves as far as the published tail allows, and as the row says.
  const room = at + 256n + row.used - before
  if (room > 256n) consumer.publish()
  for (const { index, ...header } of row.headers) setRawHeader(memory, index, header)
  setHead(memory, at + 256n + row.used)
  setProducerWord(memory, producerSleepsAs)
  return { memory, signals, consumer, tailBefore: tail(memory) }
}

describe('a consumer before a hostile header', () => {
  for (const row of hostileHeaders) {
    describe(row.name, () => {
      it('throws corrupt, with the numbers', () => {
        const { consumer } = consumerBefore(row, WORD_AWAKE)
        const { message } = corruptionFrom(() => consumer.peek())
        for (const number of row.numbers) expect(message).toContain(number)
      })

      it('sets state 4, publishes nothing, and rings the producer', () => {
        const { memory, signals, consumer, tailBefore } = consumerBefore(row, WORD_DOORBELL)
        const error = corruptionFrom(() => consumer.peek())
        expect(state(memory)).toBe(STATE_FATAL)
        expect(tail(memory)).toBe(tailBefore)
        expect([signals.wakes, producerWord(memory)]).toEqual([[WORD_DOORBELL], WORD_AWAKE])
        expect(signals.corruptions).toEqual([error])
      })

      it('is found by consume too, which hands nothing over', () => {
        const { memory, consumer } = consumerBefore(row, WORD_AWAKE)
        let handed = 0
        corruptionFrom(() => consumer.consume(() => handed++, 100))
        expect([handed, state(memory)]).toEqual([0, STATE_FATAL])
      })
    })
  }

  it('hands over, and does not publish, the good records before the bad one', () => {
    const memory = rawRing(1024)
    setRawHeader(memory, 0, { type: 1, reserved: 64 })
    setRawHeader(memory, 64, { type: 2, reserved: 64 })
    setRawHeader(memory, 128, { type: 3, reserved: 63 })
    setHead(memory, 192n)
    const consumer = new Consumer(memory, new RecordedSignals())
    const types: number[] = []
    corruptionFrom(() => consumer.consume((_view, _offset, _size, typeId) => types.push(typeId), 10))
    expect([types, tail(memory)]).toEqual([[1, 2], 0n])
  })
})

describe('a consumer that has found its ring corrupt', () => {
  it('publishes no tail any more, whatever is called', () => {
    const memory = rawRing(1024)
    for (const index of [0, 64]) setRawHeader(memory, index, { reserved: 64 })
    setRawHeader(memory, 128, { reserved: 63 })
    setHead(memory, 1024n)
    const signals = new RecordedSignals()
    const consumer = new Consumer(memory, signals)
    consumer.hold()
    for (let count = 0; count < 2; count++) {
      consumer.peek()
      consumer.advance()
    }
    corruptionFrom(() => consumer.peek())
    setProducerWord(memory, WORD_FUTEX)
    consumer.publishIfDue()
    consumer.publish()
    consumer.consume(() => undefined, 10)
    expect([tail(memory), signals.wakes]).toEqual([0n, []])
  })
})

interface PositionRow {
  readonly name: string
  readonly position: bigint
  readonly numbers: readonly string[]
}

const startAt = 2n ** 32n - 128n

describe('a consumer before a hostile head', () => {
  const rows: PositionRow[] = [
    { name: 'a slot further than the capacity', position: startAt + 320n, numbers: ['head 192', '4294967168', '256'] },
    { name: 'a slot behind the tail', position: startAt - 64n, numbers: ['head 4294967104', 'tail 4294967168'] },
    { name: 'half of the number space away', position: startAt + 2n ** 31n, numbers: ['2147483520', '256'] },
    { name: 'one byte on', position: startAt + 1n, numbers: ['head 4294967169'] },
    { name: '96 bytes on', position: startAt + 96n, numbers: ['head 4294967264'] },
  ]
  it.each(rows)('$name: throws corrupt with the numbers, sets state 4, publishes nothing, rings', (row) => {
    const memory = rawRing(256, { startAt })
    const signals = new RecordedSignals()
    const consumer = new Consumer(memory, signals)
    setHead(memory, row.position)
    setProducerWord(memory, WORD_FUTEX)
    const error = corruptionFrom(() => consumer.peek())
    for (const number of row.numbers) expect(error.message).toContain(number)
    expect([state(memory), tail(memory)]).toEqual([STATE_FATAL, startAt])
    expect([signals.wakes, producerWord(memory), signals.corruptions]).toEqual([[WORD_FUTEX], WORD_AWAKE, [error]])
  })

  it('counts from the published tail: room that was not given back may not be used', () => {
    const memory = rawRing(256)
    for (const index of [0, 64, 128, 192]) setRawHeader(memory, index, { reserved: 64 })
    setHead(memory, 64n)
    const consumer = new Consumer(memory, new RecordedSignals())
    consumer.hold()
    consumer.peek()
    consumer.advance()
    setHead(memory, 320n)
    expect(corruptionFrom(() => consumer.peek()).message).toContain('head 320 against tail 0 and capacity 256')
  })

  it('refuses to begin at a tail that became misaligned after the header was checked', () => {
    const memory = rawRing(256, { startAt: 32n })
    const consumer = new Consumer(memory, new RecordedSignals())
    setRawHeader(memory, 0, { reserved: 64 })
    setHead(memory, 128n)
    expect(corruptionFrom(() => consumer.peek()).message).toContain('tail 32')
  })
})

describe('a producer before a hostile tail', () => {
  const rows: PositionRow[] = [
    { name: 'past the head', position: startAt + 128n, numbers: ['tail 0', 'capacity 256'] },
    {
      name: 'further behind than the capacity',
      position: startAt - 256n,
      numbers: ['tail 4294966912', 'head 128', '256'],
    },
    { name: 'half of the number space away', position: startAt + 2n ** 31n, numbers: ['tail 2147483520'] },
    { name: 'one byte on', position: startAt + 1n, numbers: ['tail 4294967169'] },
    { name: '32 bytes on', position: startAt + 32n, numbers: ['tail 4294967200'] },
  ]
  it.each(rows)('$name: throws corrupt with the numbers, sets state 4, publishes nothing, rings', (row) => {
    const memory = rawRing(256, { startAt })
    const signals = new RecordedSignals()
    const producer = new Producer(memory, signals)
    mustWrite(producer, empty)
    producer.publish()
    setTail(memory, row.position)
    setConsumerWord(memory, WORD_DOORBELL)
    const error = corruptionFrom(() => {
      for (let count = 0; count < 8; count++) producer.tryWrite(empty, 0)
    })
    for (const number of row.numbers) expect(error.message).toContain(number)
    expect([state(memory), head(memory)]).toEqual([STATE_FATAL, startAt + 64n])
    expect([signals.wakes, consumerWord(memory), signals.corruptions]).toEqual([[WORD_DOORBELL], WORD_AWAKE, [error]])
  })

  it('refuses a tail past the published head, though before what it holds back', () => {
    const memory = rawRing(256)
    const producer = new Producer(memory, new RecordedSignals())
    mustWrite(producer, empty)
    producer.publish()
    mustWrite(producer, empty)
    setTail(memory, 128n)
    mustWrite(producer, empty)
    expect(corruptionFrom(() => producer.claim(64)).message).toContain('tail 128')
    expect(head(memory)).toBe(64n)
  })

  it('looks at the tail when it begins, and refuses a ring that makes no sense', () => {
    const memory = rawRing(256)
    setTail(memory, 64n)
    const signals = new RecordedSignals()
    const error = corruptionFrom(() => new Producer(memory, signals))
    expect([state(memory), signals.corruptions]).toEqual([STATE_FATAL, [error]])
  })

  it('refuses to begin at a head that became misaligned after the header was checked', () => {
    const memory = rawRing(256, { startAt: 32n })
    expect(corruptionFrom(() => new Producer(memory, new RecordedSignals())).message).toContain('head 32')
  })

  it('publishes no head any more, once it has found its ring corrupt', () => {
    const memory = rawRing(256)
    const signals = new RecordedSignals()
    const producer = new Producer(memory, signals)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    setTail(memory, 32n)
    corruptionFrom(() => producer.claim(0))
    setConsumerWord(memory, WORD_FUTEX)
    producer.publishIfDue()
    producer.publish()
    expect([head(memory), signals.wakes]).toEqual([0n, []])
  })

  it('overwrites nothing while the tail makes no sense', () => {
    const memory = rawRing(256)
    const producer = new Producer(memory, new RecordedSignals())
    for (let count = 0; count < 4; count++) mustWrite(producer, empty, 7)
    const before = memory.bytes.slice()
    setTail(memory, 320n)
    corruptionFrom(() => producer.tryWrite(new Uint8Array(64).fill(1), 8))
    expect(memory.bytes).toEqual(before)
  })
})

describe('declareCorrupt', () => {
  function declare(memory: RingMemory, signals = new RecordedSignals()): RingwayError {
    return declareCorrupt(memory, SleepWord.ofProducer(memory.words), signals, 'a finding of 17')
  }

  it('returns the error that says what was found', () => {
    const error = declare(rawRing(256))
    expect([error.code, error.message]).toEqual([ErrorCode.corrupt, 'The ring is corrupt: a finding of 17'])
  })

  it('has set the state before it wakes', () => {
    const memory = rawRing(256)
    setProducerWord(memory, WORD_FUTEX)
    const states: number[] = []
    const signals = { wakePeer: () => states.push(state(memory)), corrupt: () => states.push(state(memory)) }
    declareCorrupt(memory, SleepWord.ofProducer(memory.words), signals, '')
    expect(states).toEqual([STATE_FATAL, STATE_FATAL])
  })

  it.each([WORD_AWAKE, WORD_PURE_SPIN])('wakes nobody when the word is %i', (value) => {
    const memory = rawRing(256)
    setProducerWord(memory, value)
    const signals = new RecordedSignals()
    declare(memory, signals)
    expect([signals.wakes, producerWord(memory)]).toEqual([[], value])
  })
})

describe('isFatal', () => {
  it.each([
    [STATE_READY, false],
    [0, false],
    [3, false],
    [STATE_FATAL, true],
  ])('takes state %i for fatal: %s', (value, fatal) => {
    const memory = rawRing(256)
    setWord(memory, 16, value)
    expect(isFatal(memory)).toBe(fatal)
  })
})
