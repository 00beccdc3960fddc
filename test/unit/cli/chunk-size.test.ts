import { describe, expect, it } from 'vitest'
import { suitableChunkBytes } from '../../../src/cli/chunk-size.js'

const ring = (capacityBytes: number, maxPayloadBytes = capacityBytes / 2 - 64) => ({ capacityBytes, maxPayloadBytes })

describe('suitableChunkBytes', () => {
  it.each([
    [256, 64],
    [1024, 256],
    [65_536, 16_384],
    [2 ** 20, 2 ** 18],
    [2 ** 31, 2 ** 18],
  ])('for a ring of %i bytes is %i', (capacityBytes, chunkBytes) => {
    expect(suitableChunkBytes(ring(capacityBytes))).toBe(chunkBytes)
  })

  it.each(Array.from({ length: 24 }, (_, power) => 2 ** (power + 8)))('fits a ring of %i bytes', (capacityBytes) => {
    const chunkBytes = suitableChunkBytes(ring(capacityBytes))
    expect(chunkBytes).toBeGreaterThan(0)
    expect(chunkBytes).toBeLessThanOrEqual(ring(capacityBytes).maxPayloadBytes)
  })

  it('leaves three of them room in the ring, from 1 KiB on', () => {
    for (let capacityBytes = 1024; capacityBytes <= 2 ** 20; capacityBytes *= 2) {
      expect(3 * (suitableChunkBytes(ring(capacityBytes)) + 64)).toBeLessThanOrEqual(capacityBytes)
    }
  })

  it('keeps to what a stock listener is sure to make room for', () => {
    expect(suitableChunkBytes(ring(65_536, 1856))).toBe(1856)
  })

  it('is never nothing', () => {
    expect(suitableChunkBytes(ring(128, 0))).toBe(1)
    expect(suitableChunkBytes(ring(1024, -64))).toBe(1)
  })
})
