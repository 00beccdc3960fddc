import { describe, expect, it } from 'vitest'
import { displayWidth, fitted } from '../../../../src/cli/top/display-width.js'

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['äöü', 3],
    ['漢字', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

describe('fitted', () => {
  it.each([
    ['fills on the right', 'ab', 4, 'left', 'start', 'ab  '],
    ['fills on the left', 'ab', 4, 'right', 'start', '  ab'],
    ['keeps the beginning', 'abcdef', 4, 'left', 'start', 'abc…'],
    ['keeps the end', 'abcdef', 4, 'left', 'end', '…def'],
    ['never cuts through a wide character', '漢字漢字', 4, 'left', 'start', '漢… '],
    ['has nothing for no column', 'abc', 0, 'left', 'start', ''],
  ] as const)('%s', (_name, text, width, align, keep, expected) => {
    expect(fitted(text, width, align, keep)).toBe(expected)
  })
})
