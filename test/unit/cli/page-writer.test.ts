import { describe, expect, it } from 'vitest'
import type { Output } from '../../../src/cli/output.js'
import { PageWriter } from '../../../src/cli/page-writer.js'

/** Keeps a copy of each write, as the far end of a pipe does. */
class RecordedOutput implements Output {
  readonly writes: Buffer[] = []

  async write(bytes: Uint8Array): Promise<void> {
    this.writes.push(Buffer.from(bytes))
  }
}

describe('PageWriter', () => {
  it('gathers small pieces into one write', async () => {
    const output = new RecordedOutput()
    const writer = new PageWriter(output)
    for (const text of ['a', 'b', 'c']) expect(writer.append(Buffer.from(text))).toBeUndefined()
    expect(output.writes).toEqual([])
    await writer.flush()
    expect(output.writes.map(String)).toEqual(['abc'])
  })

  it('writes nothing where there is nothing', async () => {
    const output = new RecordedOutput()
    await new PageWriter(output).flush()
    expect(output.writes).toEqual([])
  })

  it('has taken a small piece when it returns', async () => {
    const output = new RecordedOutput()
    const writer = new PageWriter(output)
    const piece = Buffer.from('before')
    expect(writer.append(piece)).toBeUndefined()
    piece.fill('x')
    await writer.flush()
    expect(output.writes.map(String)).toEqual(['before'])
  })

  it('writes a large piece at once, without a copy, after what came before it', async () => {
    const writes: Uint8Array[] = []
    const writer = new PageWriter({ write: async (bytes) => void writes.push(bytes) })
    const large = Buffer.alloc(100_000)
    await writer.append(Buffer.from('first'))
    await writer.append(large)
    expect(writes.length).toBe(2)
    expect(writes[1]).toBe(large)
  })

  it('keeps the order of pieces of every size', async () => {
    const output = new RecordedOutput()
    const writer = new PageWriter(output)
    const pieces = Array.from({ length: 500 }, (_, index) => Buffer.alloc((index * 137) % 20_000, index))
    for (const piece of pieces) await writer.append(piece)
    await writer.flush()
    expect(Buffer.concat(output.writes).equals(Buffer.concat(pieces))).toBe(true)
    expect(output.writes.length).toBeLessThan(pieces.length)
  })

  it('passes on that the output failed', async () => {
    const writer = new PageWriter({ write: () => Promise.reject(new Error('full')) })
    await expect(writer.append(Buffer.alloc(100_000))).rejects.toThrow('full')
    await writer.append(Buffer.from('a'))
    await expect(writer.flush()).rejects.toThrow('full')
  })
})
