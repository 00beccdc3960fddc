import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSealedMemfd, fileLength, readSeals, SEAL_GROW, SEAL_SEAL, SEAL_SHRINK } from '../../../ffi/index.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { Region } from '../../../src/transport/region.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'

const mebibyte = 1 << 20

/** How much of the ring with this label has memory in this process. */
function residentBytes(label: string): number {
  const smaps = readFileSync('/proc/self/smaps', 'utf8')
  const entry = smaps.slice(smaps.indexOf(`/memfd:${label}`))
  return Number(/^Rss: +(\d+) kB$/m.exec(entry)?.[1]) * 1024
}

describe('a region', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('of our own is sealed, formatted, and as long as its ring', () => {
    const region = Region.create('own', 4096)
    expect(fileLength(region.fd)).toBe(DATA_OFFSET + 4096)
    expect(readSeals(region.fd)).toBe(SEAL_SHRINK | SEAL_GROW | SEAL_SEAL)
    expect([...region.memory.words.subarray(0, 5)]).toEqual([0x54414348, 4, 4096, 64, 2])
    region.release()
  })

  it('has its memory before it is used', () => {
    const region = Region.create('small', 4 * mebibyte - 4096)
    expect(residentBytes('small')).toBeGreaterThanOrEqual(4 * mebibyte - 4096)
    expect(vi.getTimerCount()).toBe(0)
    region.release()
  })

  it('over 4 MiB gets the first of it at once, and the rest bit by bit', () => {
    const region = Region.create('large', 16 * mebibyte)
    expect(residentBytes('large')).toBeGreaterThanOrEqual(4 * mebibyte)
    expect(residentBytes('large')).toBeLessThan(16 * mebibyte)
    vi.advanceTimersToNextTimer()
    expect(residentBytes('large')).toBeGreaterThanOrEqual(6 * mebibyte)
    vi.runAllTimers()
    expect(residentBytes('large')).toBeGreaterThanOrEqual(16 * mebibyte)
    expect(vi.getTimerCount()).toBe(0)
    region.release()
  })

  it('that is released asks for no more memory', () => {
    const region = Region.create('released', 16 * mebibyte)
    expect(vi.getTimerCount()).toBe(1)
    region.release()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of memory that it does not adopt is closed', () => {
    expectNothingLeft()
    const descriptor = createSealedMemfd('other', DATA_OFFSET + 4096)
    expect(() => Region.adopt(descriptor, 8192)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_UNSAFE_MEMORY', message: expect.stringMatching(/4864.*8960/) }),
    )
    expect(descriptor.closed).toBe(true)
  })

  it('tells its address, and the NUMA node that is not there', () => {
    const region = Region.create('numa', 4096)
    expect(region.addressOf(384) - region.addressOf(0)).toBe(384n)
    expect(() => region.bindToNumaNode(1000)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^ERR_RINGWAY_/),
        message: expect.stringContaining('1000'),
      }),
    )
    region.release()
  })
})
