import { describe, expect, it } from 'vitest'
import { isCapacityIn, isRingLength } from '../../../src/inspect/ring-length.js'

describe('isRingLength', () => {
  it.each([4096, 4096 + 8192, 2 ** 20 + 4096, 2 ** 31 + 4096, 16_384 + 65_536, 65_536 * 2])(
    'takes %i bytes',
    (length) => {
      expect(isRingLength(length)).toBe(true)
    },
  )

  it.each([0, 768, 12_000, 3 * 2 ** 20, 2 ** 20, 2 ** 32 + 4096])('leaves out %i bytes', (length) => {
    expect(isRingLength(length)).toBe(false)
  })
})

describe('isCapacityIn', () => {
  it.each([
    [64, 4096, true],
    [65_536, 65_536 + 4096, true],
    [65_536, 65_536, false],
    [2 ** 31, 4096, false],
    [1000, 4096, false],
    [32, 4096, false],
    [0, 4096, false],
  ])('takes a capacity of %i in a mapping of %i bytes: %s', (capacity, length, expected) => {
    expect(isCapacityIn(capacity, length)).toBe(expected)
  })
})
