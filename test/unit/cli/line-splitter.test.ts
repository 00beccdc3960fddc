import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../../src/cli/line-splitter.js'

function linesOf(chunks: readonly string[], maxBytes = 100): string[] {
  const splitter = new LineSplitter(maxBytes)
  const lines = chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))])
  return [...lines, ...splitter.end()].map((line) => Buffer.from(line).toString())
}

describe('LineSplitter', () => {
  it.each([
    [[], []],
    [['a\n'], ['a']],
    [['a'], ['a']],
    [['a\nb\n'], ['a', 'b']],
    [['a\n\n\nb'], ['a', '', '', 'b']],
    [['\n'], ['']],
    [
      ['a', 'b', 'c\nd', '\n'],
      ['abc', 'd'],
    ],
    [['a\r\n'], ['a\r']],
    [
      ['ab', '\n', '\n'],
      ['ab', ''],
    ],
  ])('cuts %j', (chunks, lines) => {
    expect(linesOf(chunks)).toEqual(lines)
  })

  it('keeps bytes that are no text', () => {
    const splitter = new LineSplitter(10)
    expect([...splitter.push(Uint8Array.of(0xff, 0x00, 0x0a))].map((line) => [...line])).toEqual([[0xff, 0x00]])
  })

  it('takes lines of the largest size, in one chunk or in several', () => {
    expect(linesOf(['12345\n'], 5)).toEqual(['12345'])
    expect(linesOf(['123', '45', '\n'], 5)).toEqual(['12345'])
  })

  it.each([[['123456\n']], [['123', '456']], [['123456']], [['123', '456\n']]])(
    'refuses %j where lines have at most 5 bytes, with the numbers',
    (chunks) => {
      expect(() => linesOf(chunks, 5)).toThrow(
        expect.objectContaining({ code: 'ERR_RINGWAY_TOO_LARGE', message: expect.stringMatching(/6 bytes.*5/) }),
      )
    },
  )
})
