import { describe, expect, it } from 'vitest'
import { percentilesFor } from '../../../bench/report/percentile-points.js'

describe('the percentiles of a curve', () => {
  it('rise, and have a median', () => {
    const percentiles = percentilesFor(1_000_000)
    expect(percentiles).toContain(50)
    expect(percentiles).toContain(99.9)
    expect(percentiles.toSorted((a, b) => a - b)).toEqual(percentiles)
    expect(new Set(percentiles).size).toBe(percentiles.length)
  })

  it.each([
    [100, 90],
    [10_000, 99.9],
    [1_000_000, 99.999],
  ])('of %i samples end at %d, where ten samples are left', (samples, last) => {
    expect(percentilesFor(samples).at(-1)).toBe(last)
  })

  it('of too few samples are none', () => {
    expect(percentilesFor(9)).toEqual([])
  })
})
