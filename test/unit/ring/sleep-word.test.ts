import { describe, expect, it, vi } from 'vitest'
import {
  CONSUMER_WORD_OFFSET,
  HEAD_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_FATAL,
  STATE_OFFSET,
  TAIL_OFFSET,
  WORD_AWAKE,
  WORD_DOORBELL,
  WORD_FUTEX,
  WORD_PURE_SPIN,
} from '../../../src/ring/ring-descriptor.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import {
  consumerWord,
  producerWord,
  rawRing,
  setConsumerWord,
  setHead,
  setProducerWord,
  setWord,
} from '../../support/ring/raw-ring.js'

describe('SleepWord.ofConsumer', () => {
  it('sleeps on the consumer word until the head moves', () => {
    const { wordOffset, positionOffset } = SleepWord.ofConsumer(rawRing(256).words)
    expect([wordOffset, positionOffset]).toEqual([CONSUMER_WORD_OFFSET, HEAD_OFFSET])
  })
})

describe('SleepWord.ofProducer', () => {
  it('sleeps on the producer word until the tail moves', () => {
    const { wordOffset, positionOffset } = SleepWord.ofProducer(rawRing(256).words)
    expect([wordOffset, positionOffset]).toEqual([PRODUCER_WORD_OFFSET, TAIL_OFFSET])
  })
})

describe('arm', () => {
  it.each([WORD_FUTEX, WORD_DOORBELL] as const)('leaves %i in the word while the position stands still', (kind) => {
    const memory = rawRing(256, { startAt: 128n })
    expect(SleepWord.ofConsumer(memory.words).arm(kind, 128)).toBe(true)
    expect(consumerWord(memory)).toBe(kind)
  })

  it('refuses, and is awake again, when the position has moved', () => {
    const memory = rawRing(256)
    setHead(memory, 64n)
    expect(SleepWord.ofConsumer(memory.words).arm(WORD_FUTEX, 0)).toBe(false)
    expect(consumerWord(memory)).toBe(WORD_AWAKE)
  })

  it('refuses, and is awake again, when the ring is fatal: whoever declared it so saw nobody to wake', () => {
    const memory = rawRing(256)
    setWord(memory, STATE_OFFSET, STATE_FATAL)
    expect(SleepWord.ofConsumer(memory.words).arm(WORD_DOORBELL, 0)).toBe(false)
    expect(consumerWord(memory)).toBe(WORD_AWAKE)
  })

  it('knows a position beyond 2^31 by its signed low word', () => {
    const memory = rawRing(256, { startAt: 0xffff_ffc0n })
    expect(SleepWord.ofConsumer(memory.words).arm(WORD_FUTEX, -64)).toBe(true)
  })

  it('arms the producer word against the tail, and not against the head', () => {
    const memory = rawRing(256)
    setHead(memory, 64n)
    expect(SleepWord.ofProducer(memory.words).arm(WORD_DOORBELL, 0)).toBe(true)
    expect([producerWord(memory), consumerWord(memory)]).toEqual([WORD_DOORBELL, WORD_AWAKE])
  })

  it('stores the word before it looks at position and state, so a change in between is seen by one side at least', () => {
    const memory = rawRing(256)
    const order: string[] = []
    const store = vi.spyOn(Atomics, 'store').mockImplementation(((words: Int32Array, index: number, value: number) => {
      order.push(`store ${index * 4}`)
      words[index] = value
      return value
    }) as typeof Atomics.store)
    const load = vi.spyOn(Atomics, 'load').mockImplementation(((words: Int32Array, index: number) => {
      order.push(`load ${index * 4}`)
      return words[index]
    }) as typeof Atomics.load)
    try {
      SleepWord.ofConsumer(memory.words).arm(WORD_FUTEX, 0)
    } finally {
      store.mockRestore()
      load.mockRestore()
    }
    expect(order).toEqual([`store ${CONSUMER_WORD_OFFSET}`, `load ${HEAD_OFFSET}`, `load ${STATE_OFFSET}`])
  })
})

describe('disarm', () => {
  it('stores awake', () => {
    const memory = rawRing(256)
    setConsumerWord(memory, WORD_DOORBELL)
    SleepWord.ofConsumer(memory.words).disarm()
    expect(consumerWord(memory)).toBe(WORD_AWAKE)
  })
})

describe('takeSleeper', () => {
  it.each([WORD_FUTEX, WORD_DOORBELL])('takes %i off the word, and says it to one caller only', (kind) => {
    const memory = rawRing(256)
    setProducerWord(memory, kind)
    const sleep = SleepWord.ofProducer(memory.words)
    expect([sleep.takeSleeper(), sleep.takeSleeper()]).toEqual([kind, WORD_AWAKE])
    expect(producerWord(memory)).toBe(WORD_AWAKE)
  })

  it.each([WORD_AWAKE, WORD_PURE_SPIN, 4, 0xffff_ffff])('leaves %i where it is, and wakes nobody', (value) => {
    const memory = rawRing(256)
    setConsumerWord(memory, value)
    expect(SleepWord.ofConsumer(memory.words).takeSleeper()).toBe(WORD_AWAKE)
    expect(consumerWord(memory)).toBe(value)
  })

  it('wakes nobody, and erases nothing, when the word changes to pure spin between look and exchange', () => {
    const memory = rawRing(256)
    setConsumerWord(memory, WORD_FUTEX)
    const load = vi.spyOn(Atomics, 'load').mockImplementation(((words: Int32Array, index: number) => {
      const seen = words[index]
      words[index] = WORD_PURE_SPIN
      return seen
    }) as typeof Atomics.load)
    const taken = SleepWord.ofConsumer(memory.words).takeSleeper()
    load.mockRestore()
    expect([taken, consumerWord(memory)]).toEqual([WORD_AWAKE, WORD_PURE_SPIN])
  })
})
