import { describe, expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { Producer, type ProducerOptions } from '../../../src/ring/producer.js'
import { SKIP_MARKER } from '../../../src/ring/record-descriptor.js'
import {
  DATA_OFFSET,
  WORD_AWAKE,
  WORD_DOORBELL,
  WORD_FUTEX,
  WORD_PURE_SPIN,
} from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import {
  consumerWord,
  head,
  type RawRingOptions,
  rawHeader,
  rawRing,
  setConsumerWord,
  setTail,
  tail,
} from '../../support/ring/raw-ring.js'
import { RecordedSignals } from '../../support/ring/recorded-signals.js'
import { mustWrite, patternOf } from '../../support/ring/records.js'

const empty = new Uint8Array(0)

function producerAt(capacityBytes: number, options: RawRingOptions & ProducerOptions = {}) {
  const memory = rawRing(capacityBytes, options)
  const signals = new RecordedSignals()
  return { memory, signals, producer: new Producer(memory, signals, options) }
}

function bytesAt(memory: RingMemory, index: number, length: number): number[] {
  return [...memory.bytes.subarray(index, index + length)]
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof RingwayError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'nothing was thrown'
}

describe('tryWrite', () => {
  it('writes the golden bytes of a record', () => {
    const { memory, producer } = producerAt(256)
    producer.tryWrite(Uint8Array.of(0xaa, 0xbb, 0xcc), 0x0102_0304)
    const header = [3, 0, 0, 0, 4, 3, 2, 1, 128, 0, 0, 0, 0, 0, 0, 0]
    expect(bytesAt(memory, 0, 16)).toEqual(header)
    expect(bytesAt(memory, 64, 4)).toEqual([0xaa, 0xbb, 0xcc, 0])
  })

  it.each([0, 1, 63, 64])('writes %i bytes where the slot says', (size) => {
    const { memory, producer } = producerAt(256)
    const payload = patternOf(5, size)
    expect(producer.tryWrite(payload, 9)).toBe(true)
    expect(rawHeader(memory, 0)).toEqual({ size, type: 9, reserved: size === 0 ? 64 : 128 })
    expect(bytesAt(memory, 64, size)).toEqual([...payload])
  })

  it.each([0xffff_ffff, -1])('writes type id %i as 32 one bits', (typeId) => {
    const { memory, producer } = producerAt(256)
    producer.tryWrite(empty, typeId)
    expect(rawHeader(memory, 0).type).toBe(0xffff_ffff)
  })

  it('shows nothing to the consumer by itself', () => {
    const { memory, producer } = producerAt(256)
    producer.tryWrite(empty, 0)
    expect([head(memory), producer.hasUnpublished]).toEqual([0n, true])
  })

  it('publishes everything before it says that the ring is full', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    expect(head(memory)).toBe(0n)
    expect(producer.tryWrite(empty, 0)).toBe(false)
    expect(head(memory)).toBe(256n)
  })

  it('wakes a sleeping consumer before it says that the ring is full', () => {
    const { memory, signals, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    setConsumerWord(memory, WORD_FUTEX)
    producer.tryWrite(empty, 0)
    expect(signals.wakes).toEqual([WORD_FUTEX])
  })

  it('fills the ring to the last byte, and takes one slot more for one slot freed', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    producer.publish()
    setTail(memory, 64n)
    expect([producer.tryWrite(empty, 0), producer.tryWrite(empty, 0)]).toEqual([true, false])
    expect(head(memory) - tail(memory)).toBe(256n)
  })

  it('does not confuse full with empty', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    producer.publish()
    expect(producer.bytesUsed).toBe(256)
    setTail(memory, 256n)
    expect(producer.bytesUsed).toBe(0)
  })

  it('writes nothing into the ring when it is full', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty, 7)
    const before = memory.bytes.slice()
    producer.tryWrite(Uint8Array.of(1), 8)
    expect(memory.bytes).toEqual(before)
  })

  it('puts a record that ends exactly at the end of the data area there, without a skip marker', () => {
    const { memory, producer } = producerAt(256, { startAt: 128n })
    expect(producer.tryWrite(patternOf(1, 64), 3)).toBe(true)
    producer.publish()
    expect(rawHeader(memory, 128)).toEqual({ size: 64, type: 3, reserved: 128 })
    expect(head(memory)).toBe(256n)
  })

  it('takes the largest payload of an empty ring at every index', () => {
    for (let startAt = 0n; startAt < 512n; startAt += 64n) {
      const { producer } = producerAt(512, { startAt })
      expect(producer.tryWrite(new Uint8Array(512 / 2 - 64), 0)).toBe(true)
    }
  })
})

describe('a record that would cross the end', () => {
  it('begins at index 0, behind a whole header that says skip', () => {
    const { memory, producer } = producerAt(256, { startAt: 192n })
    for (let offset = DATA_OFFSET + 192; offset < DATA_OFFSET + 256; offset += 4) memory.words[offset / 4] = 0x5555_5555
    mustWrite(producer, patternOf(2, 64), 6)
    producer.publish()
    expect(bytesAt(memory, 192, 64)).toEqual([0xff, 0xff, 0xff, 0xff, ...new Array<number>(60).fill(0)])
    expect(rawHeader(memory, 0)).toEqual({ size: 64, type: 6, reserved: 128 })
    expect(bytesAt(memory, 64, 64)).toEqual([...patternOf(2, 64)])
    expect(head(memory)).toBe(256n + 128n)
  })

  it('needs the rest before the end and its slot at once: with one of them it is refused and nothing moves', () => {
    const memory = rawRing(256, { startAt: 192n })
    setTail(memory, 64n)
    const producer = new Producer(memory, new RecordedSignals())
    expect(producer.claim(64)).toBe(-1)
    expect([producer.bytesUsed, rawHeader(memory, 192).size]).toEqual([128, 0])
  })

  it('is written over by one that does not cross it, when it was claimed and given up', () => {
    const { memory, producer } = producerAt(256, { startAt: 192n })
    expect(producer.claim(64)).toBe(64)
    expect(rawHeader(memory, 192).size).toBe(SKIP_MARKER)
    mustWrite(producer, empty, 4)
    producer.publish()
    expect(rawHeader(memory, 192)).toEqual({ size: 0, type: 4, reserved: 64 })
    expect(head(memory)).toBe(256n)
  })

  it('leaves no skip marker as the last thing published, when it was claimed and given up', () => {
    const { memory, producer } = producerAt(256, { startAt: 128n })
    mustWrite(producer, empty)
    producer.claim(64)
    producer.publish()
    expect(head(memory)).toBe(192n)
  })
})

describe('claim and commit', () => {
  it('moves nothing until the commit', () => {
    const { memory, producer } = producerAt(256)
    expect([producer.claim(10), producer.claim(64), producer.bytesUsed, head(memory)]).toEqual([64, 64, 0, 0n])
  })

  it('takes no more of the ring than what was committed of a larger claim', () => {
    const { memory, producer } = producerAt(1024)
    producer.claim(400)
    producer.commit(1, 5)
    producer.publish()
    expect(rawHeader(memory, 0)).toEqual({ size: 1, type: 5, reserved: 128 })
    expect(head(memory)).toBe(128n)
  })

  it('publishes nothing when the claim was given up', () => {
    const { memory, signals, producer } = producerAt(256)
    setConsumerWord(memory, WORD_FUTEX)
    producer.claim(10)
    producer.publish()
    expect([head(memory), consumerWord(memory), signals.wakes]).toEqual([0n, WORD_FUTEX, []])
  })

  it('says −1, and publishes nothing, when there is no room', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    expect([producer.claim(0), head(memory)]).toEqual([-1, 0n])
  })
})

describe('too large', () => {
  it.each([
    [256, 65],
    [1 << 16, (1 << 15) - 63],
    [256, 2 ** 32],
  ])('refuses in an empty ring of %i bytes a payload of %i, with both numbers', (capacityBytes, size) => {
    const { producer } = producerAt(capacityBytes)
    const message = codeOf(() => producer.claim(size))
    expect(message).toContain(ErrorCode.tooLarge)
    expect(message).toContain(String(size))
    expect(message).toContain(String(capacityBytes))
    expect(message).toContain(String(capacityBytes / 2 - 64))
  })

  it('is said of a full ring too, where a smaller payload is merely refused', () => {
    const { producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    expect(codeOf(() => producer.tryWrite(new Uint8Array(65), 0))).toContain(ErrorCode.tooLarge)
    expect(producer.tryWrite(new Uint8Array(64), 0)).toBe(false)
  })

  it('takes nothing but empty payloads in a ring of 128 bytes', () => {
    const { producer } = producerAt(128)
    expect(codeOf(() => producer.claim(1))).toContain(ErrorCode.tooLarge)
    expect(producer.claim(0)).toBe(64)
  })
})

describe('lazyConsumer', () => {
  it('refuses a slot over a 33rd of the ring with its own code and all three numbers', () => {
    const { producer } = producerAt(1 << 16, { lazyConsumer: true })
    const largest = Math.floor((1 << 16) / 33 / 64) * 64 - 64
    expect(producer.maxPayloadBytes).toBe(largest)
    expect(producer.claim(largest)).toBe(64)
    const message = codeOf(() => producer.claim(largest + 1))
    expect(message).toContain(ErrorCode.wouldStall)
    for (const number of [largest + 1, 1 << 16, largest]) expect(message).toContain(String(number))
  })

  it('still calls a payload too large that fits no ring of this size', () => {
    const { producer } = producerAt(1 << 16, { lazyConsumer: true })
    expect(codeOf(() => producer.claim((1 << 15) - 63))).toContain(ErrorCode.tooLarge)
  })

  it.each([4096, 1 << 16, 1 << 20])(
    'never stalls on a ring of %i bytes whose tail moves every 32 records, with every slot the largest allowed',
    (capacityBytes) => {
      for (let startAt = 0; startAt < 33 * 64; startAt += 64) {
        const { memory, producer } = producerAt(capacityBytes, { lazyConsumer: true, startAt: BigInt(startAt) })
        const payload = new Uint8Array(producer.maxPayloadBytes)
        let consumed = 0
        for (let sent = 0; sent < 200; sent++) {
          mustWrite(producer, payload)
          producer.publish()
          consumed++
          if (consumed % 32 === 0) setTail(memory, head(memory))
        }
      }
    },
  )
})

describe('publish', () => {
  it('shows all that was committed at once', () => {
    const { memory, producer } = producerAt(1024)
    for (let count = 0; count < 5; count++) mustWrite(producer, empty)
    producer.publish()
    expect([head(memory), producer.hasUnpublished]).toEqual([320n, false])
  })

  it.each([WORD_FUTEX, WORD_DOORBELL])('takes a consumer that sleeps as %i off its word, and wakes it once', (kind) => {
    const { memory, signals, producer } = producerAt(1024)
    setConsumerWord(memory, kind)
    mustWrite(producer, empty)
    producer.publish()
    mustWrite(producer, empty)
    producer.publish()
    expect([signals.wakes, consumerWord(memory)]).toEqual([[kind], WORD_AWAKE])
  })

  it('leaves pure spin in the word', () => {
    const { memory, signals, producer } = producerAt(1024)
    setConsumerWord(memory, WORD_PURE_SPIN)
    mustWrite(producer, empty)
    producer.publish()
    expect([signals.wakes, consumerWord(memory)]).toEqual([[], WORD_PURE_SPIN])
  })

  it('has stored the head when it wakes', () => {
    const memory = rawRing(1024)
    const seen: bigint[] = []
    const signals = { wakePeer: () => seen.push(head(memory)), corrupt: () => seen.push(-1n) }
    const producer = new Producer(memory, signals)
    setConsumerWord(memory, WORD_FUTEX)
    mustWrite(producer, empty)
    producer.publish()
    expect(seen).toEqual([64n])
  })

  it('stores and wakes nothing a second time', () => {
    const { memory, signals, producer } = producerAt(1024)
    mustWrite(producer, empty)
    producer.publish()
    setConsumerWord(memory, WORD_FUTEX)
    producer.publish()
    expect([signals.wakes, consumerWord(memory)]).toEqual([[], WORD_FUTEX])
  })
})

describe('publishIfDue', () => {
  it('holds 31 records back and shows the 32nd', () => {
    const { memory, producer } = producerAt(1 << 16)
    const heads: bigint[] = []
    for (let count = 1; count <= 33; count++) {
      mustWrite(producer, empty)
      producer.publishIfDue()
      heads.push(head(memory))
    }
    expect(heads.slice(30)).toEqual([0n, 32n * 64n, 32n * 64n])
  })

  it('shows a quarter of the ring, however few the records', () => {
    const { memory, producer } = producerAt(4096)
    mustWrite(producer, new Uint8Array(1024 - 64 - 64))
    producer.publishIfDue()
    expect(head(memory)).toBe(0n)
    mustWrite(producer, empty)
    producer.publishIfDue()
    expect(head(memory)).toBe(1024n)
  })

  it('counts from the last publication, not from the beginning', () => {
    const { memory, producer } = producerAt(1 << 16)
    for (let count = 0; count < 20; count++) mustWrite(producer, empty)
    producer.publish()
    for (let count = 0; count < 31; count++) {
      mustWrite(producer, empty)
      producer.publishIfDue()
    }
    expect(head(memory)).toBe(20n * 64n)
  })
})

describe('what the producer says of itself', () => {
  it('goes on from the position it finds', () => {
    const { memory, producer } = producerAt(256, { startAt: 5n * 2n ** 32n + 128n })
    mustWrite(producer, empty)
    producer.publish()
    expect([head(memory), rawHeader(memory, 128).reserved]).toEqual([5n * 2n ** 32n + 192n, 64])
  })

  it('begins with the room that the tail leaves', () => {
    const memory = rawRing(256)
    setTail(memory, -64n)
    const producer = new Producer(memory, new RecordedSignals())
    expect([producer.bytesUsed, producer.seenTail]).toEqual([64, -64])
  })

  it('has seen the tail anew when it finds no room', () => {
    const { memory, producer } = producerAt(256)
    for (let count = 0; count < 4; count++) mustWrite(producer, empty)
    producer.publish()
    expect(producer.seenTail).toBe(0)
    setTail(memory, 64n)
    producer.claim(64)
    expect(producer.seenTail).toBe(64)
  })

  it('counts what it has committed and not published as used', () => {
    const { producer } = producerAt(256)
    mustWrite(producer, empty)
    expect(producer.bytesUsed).toBe(64)
  })
})
