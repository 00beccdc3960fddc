import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkCutter } from '../../../src/cli/chunk-cutter.js'

function pieces(chunks: readonly Uint8Array[], size: number): Uint8Array[] {
  const cutter = new ChunkCutter(size)
  const complete = chunks.flatMap((chunk) => [...cutter.push(chunk)])
  return [...complete, ...cutter.end()]
}

describe('ChunkCutter', () => {
  it('gives out a piece as soon as it is complete', () => {
    const cutter = new ChunkCutter(2)
    expect([...cutter.push(Buffer.from('a'))]).toEqual([])
    expect([...cutter.push(Buffer.from('bc'))].map(String)).toEqual(['ab'])
    expect([...cutter.push(Buffer.from('d'))].map(String)).toEqual(['cd'])
    expect([...cutter.end()]).toEqual([])
  })

  it('gives back all bytes in order, in pieces of one size but for the last', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 1, max: 9 }), (chunks, size) => {
        const cut = pieces(chunks, size)
        expect(Buffer.concat(cut)).toEqual(Buffer.concat(chunks))
        for (const piece of cut.slice(0, -1)) expect(piece.byteLength).toBe(size)
        const last = cut.at(-1)?.byteLength ?? 1
        expect(last).toBeGreaterThan(0)
        expect(last).toBeLessThanOrEqual(size)
      }),
    )
  })
})
