import { describe, expect, it } from 'vitest'
import { AbiMismatchError, ErrorCode, RingwayError } from '../../../src/errors.js'
import { checkCapacity, checkRing, formatRing } from '../../../src/ring/arena-header.js'
import {
  ALIGNMENT_OFFSET,
  CAPACITY_OFFSET,
  MAGIC_OFFSET,
  MARKER_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_OFFSET,
  VERSION_OFFSET,
} from '../../../src/ring/ring-descriptor.js'
import { rawRing, setHead, setTail, setWord } from '../../support/ring/raw-ring.js'

function thrownBy(act: () => void): RingwayError {
  try {
    act()
  } catch (error) {
    if (error instanceof RingwayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('checkCapacity', () => {
  it.each(Array.from({ length: 24 }, (_, bit) => 2 ** (bit + 8)))('takes %i', (capacityBytes) => {
    expect(() => checkCapacity(capacityBytes)).not.toThrow()
  })

  it.each([
    0,
    1,
    63,
    128,
    255,
    257,
    1000,
    2 ** 31 - 1,
    2 ** 31 + 1,
    2 ** 32,
    -256,
    256.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('refuses %d and says it', (capacityBytes) => {
    const error = thrownBy(() => checkCapacity(capacityBytes))
    expect(error.code).toBe(ErrorCode.invalidCapacity)
    expect(error.message).toContain(String(capacityBytes))
    expect(error.message).toContain('256')
    expect(error.message).toContain('2147483648')
  })

  it('refuses a string of digits, and says that it is a string', () => {
    expect(thrownBy(() => checkCapacity('1024')).message).toContain("the string '1024'")
  })

  it.each([undefined, null, 1024n, Symbol('size'), {}, [1024]])('refuses %s', (capacityBytes) => {
    expect(thrownBy(() => checkCapacity(capacityBytes)).code).toBe(ErrorCode.invalidCapacity)
  })
})

describe('formatRing', () => {
  it('writes the twenty golden bytes of ABI 0x04 and nothing else', () => {
    const words = new Int32Array(768 / 4 + 64)
    formatRing(words, 0x8000_0000)
    const golden = [0x48, 0x43, 0x41, 0x54, 4, 0, 0, 0, 0, 0, 0, 0x80, 64, 0, 0, 0, 2, 0, 0, 0]
    const bytes = new Uint8Array(words.buffer)
    expect([...bytes.subarray(0, 20)]).toEqual(golden)
    expect(bytes.subarray(20).every((byte) => byte === 0)).toBe(true)
  })
})

describe('checkRing', () => {
  it.each([256, 1 << 20])('accepts an empty ring of %i bytes', (capacityBytes) => {
    expect(() => checkRing(rawRing(capacityBytes).words, capacityBytes)).not.toThrow()
  })

  it('accepts a capacity of 2^31, which is negative as a signed word', () => {
    const words = new Int32Array(768 / 4)
    formatRing(words, 2 ** 31)
    expect(() => checkRing(words, 2 ** 31)).not.toThrow()
  })

  it('accepts a full ring whose head is past 2^32', () => {
    const memory = rawRing(256, { startAt: 2n ** 32n - 64n })
    setHead(memory, 2n ** 32n + 192n)
    expect(() => checkRing(memory.words, 256)).not.toThrow()
  })

  it('ignores the bytes that the ABI leaves unused', () => {
    const memory = rawRing(256)
    setWord(memory, MARKER_OFFSET, 0xdead_beef)
    setWord(memory, PRODUCER_WORD_OFFSET, 0xdead_beef)
    expect(() => checkRing(memory.words, 256)).not.toThrow()
  })

  it.each([
    ['magic', MAGIC_OFFSET, 0x5441_4349, '1413563209'],
    ['version', VERSION_OFFSET, 5, '5'],
    ['capacity', CAPACITY_OFFSET, 512, '512'],
    ['capacity', CAPACITY_OFFSET, 0xffff_ffff, '4294967295'],
    ['alignment', ALIGNMENT_OFFSET, 128, '128'],
  ])('refuses another %s as another wire (byte %i is %i)', (field, offset, value, number) => {
    const memory = rawRing(256)
    setWord(memory, offset, value)
    const error = thrownBy(() => checkRing(memory.words, 256))
    expect(error).toBeInstanceOf(AbiMismatchError)
    expect(error.message).toContain(field)
    expect(error.message).toContain(number)
  })

  it.each([0, 1, 3, 4, 5, 0xffff_ffff])('refuses state %i as corrupt', (state) => {
    const memory = rawRing(256)
    setWord(memory, STATE_OFFSET, state)
    const error = thrownBy(() => checkRing(memory.words, 256))
    expect(error.code).toBe(ErrorCode.corrupt)
    expect(error.message).toContain('state')
  })

  it.each([
    ['a head a slot further than the capacity', 320n, 0n],
    ['a head behind the tail', 0n, 64n],
    ['a misaligned head', 96n, 0n],
    ['a misaligned tail', 128n, 32n],
    ['both misaligned alike', 65n, 1n],
  ])('refuses %s as corrupt, with both positions', (_, head, tail) => {
    const memory = rawRing(256)
    setHead(memory, head)
    setTail(memory, tail)
    const error = thrownBy(() => checkRing(memory.words, 256))
    expect(error.code).toBe(ErrorCode.corrupt)
    expect(error.message).toContain(`head ${head}, tail ${tail}, capacity 256`)
  })
})
