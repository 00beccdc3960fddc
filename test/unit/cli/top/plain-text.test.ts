import { describe, expect, it } from 'vitest'
import { plainText } from '../../../../src/cli/top/plain-text.js'

describe('plainText', () => {
  it.each([
    ['\x1b[2J/tmp/x', '·[2J/tmp/x'],
    ['a\nb\rc\x07', 'a·b·c·'],
    ['\u009b31m', '·31m'],
    ['a\u202eb\u2028', 'a·b·'],
    ['/tmp/ünï 漢', '/tmp/ünï 漢'],
  ])('makes %j harmless', (text, expected) => {
    expect(plainText(text)).toBe(expected)
  })
})
