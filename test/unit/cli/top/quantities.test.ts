import { describe, expect, it } from 'vitest'
import { shortBytes, shortRate, shortTime } from '../../../../src/cli/top/quantities.js'

describe('shortBytes', () => {
  it.each([
    [0, '0'],
    [1000, '1000'],
    [1023.9, '1.0K'],
    [65_536, '64K'],
    [1500, '1.5K'],
    [2 ** 31, '2G'],
  ])('writes %d as %s', (bytes, text) => {
    expect(shortBytes(bytes)).toBe(text)
  })
})

describe('shortRate', () => {
  it.each([
    [0, '0 B/s'],
    [999, '999 B/s'],
    [999.7, '1.0 kB/s'],
    [1234, '1.2 kB/s'],
    [3.4e9, '3.4 GB/s'],
  ])('writes %d as %s', (rate, text) => {
    expect(shortRate(rate)).toBe(text)
  })
})

describe('shortTime', () => {
  it.each([
    [900, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [7_200_000, '2h'],
    [2 * 86_400_000, '2d'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(shortTime(ms)).toBe(text)
  })
})
