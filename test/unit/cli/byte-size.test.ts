import { describe, expect, it } from 'vitest'
import { formatByteSize, parseByteSize } from '../../../src/cli/byte-size.js'

describe('parseByteSize', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['4096B', 4096],
    ['64KiB', 65_536],
    ['64k', 65_536],
    ['1MiB', 1_048_576],
    ['2M', 2_097_152],
    ['2GiB', 2 ** 31],
    ['1gib', 2 ** 30],
  ])('reads %s', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  it.each([
    '',
    'KiB',
    '64KB',
    '1.5MiB',
    '-1',
    '1e3',
    '0x10',
    ' 1',
    '1 KiB',
    '1TiB',
    '9007199254740993',
    '9999999999GiB',
  ])('does not read %j', (text) => {
    expect(parseByteSize(text)).toBeUndefined()
  })
})

describe('formatByteSize', () => {
  it.each([
    [0, '0'],
    [1000, '1000'],
    [1024, '1KiB'],
    [1536, '1536'],
    [65_536, '64KiB'],
    [2 ** 20, '1MiB'],
    [2 ** 31, '2GiB'],
  ])('writes %i as it can be read again', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text)
    expect(parseByteSize(text)).toBe(bytes)
  })
})
