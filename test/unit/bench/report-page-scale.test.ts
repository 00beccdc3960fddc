import { describe, expect, it } from 'vitest'
import { nines, ninesOf, percentileScale, scaleFor } from '../../../bench/report/page/scale.js'
import type { Axis } from '../../../bench/report/report.js'

const logarithmic: Axis = { label: '', unit: 'ns', logarithmic: true }
const plain: Axis = { label: '', unit: 'percent', logarithmic: false }
const sizes: Axis = { label: '', unit: 'bytes', logarithmic: true }
const rounds: Axis = { label: '', unit: 'round', logarithmic: false }

describe('the scale of percentiles', () => {
  it('gives each nine the same room', () => {
    expect([0, 90, 99, 99.9, 99.99, 99.999].map((x) => Number(nines(x).toFixed(6)))).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('has the maximum where one of so many samples is', () => {
    const points = [
      [50, 1],
      [99, 2],
      [100, 9],
    ] as const
    expect(ninesOf(100, { points, samples: 1_000_000 })).toBeCloseTo(6)
    expect(ninesOf(100, { points })).toBeCloseTo(2)
    // Never to the left of another point.
    expect(ninesOf(100, { points, samples: 10 })).toBeCloseTo(2)
  })

  it('reaches as far as the longest curve, with a gridline at each nine', () => {
    const short = { points: [[0, 1]] as const }
    const long = {
      points: [
        [0, 1],
        [99.99, 5],
      ] as const,
    }
    expect(percentileScale([short, long]).ticks).toEqual([0, 50, 90, 99, 99.9, 99.99])
    expect(percentileScale([short, long]).max).toBeCloseTo(4)
  })

  it('has an answer when nothing is drawn', () => {
    const { min, max } = percentileScale([])
    expect([min < max, Number.isFinite(min), Number.isFinite(max)]).toEqual([true, true, true])
  })
})

describe('a logarithmic scale', () => {
  it('makes the same factor the same distance', () => {
    const { place } = scaleFor(logarithmic, [10, 100_000], 6)
    expect(place(1000) - place(100)).toBeCloseTo(place(50_000) - place(5000))
  })

  it('has gridlines at round numbers, more of them where there are fewer decades', () => {
    expect(scaleFor(logarithmic, [120, 90_000], 6).ticks).toEqual([100, 1000, 10_000, 100_000])
    expect(scaleFor(logarithmic, [120, 900], 6).ticks).toEqual([100, 200, 300, 500, 700, 1000])
    expect(scaleFor(logarithmic, [101, 8000], 6).ticks).toEqual([100, 200, 500, 1000, 2000, 5000, 10_000])
  })

  it('leaves air at both ends', () => {
    const { min, max, place } = scaleFor(logarithmic, [100, 1000], 6)
    expect([min < place(100), place(1000) < max]).toEqual([true, true])
  })

  it('puts what has no place on it on its floor', () => {
    const { place, min } = scaleFor(logarithmic, [0, 5, 50], 6)
    expect([place(0), place(-1)]).toEqual([min, min])
  })

  it('has a size where all values are the same, and where there are none', () => {
    for (const values of [[42], [0], [], [Number.NaN]]) {
      const { min, max } = scaleFor(logarithmic, values, 6)
      expect([values, min < max]).toEqual([values, true])
    }
  })
})

describe('a linear scale', () => {
  it('begins at zero and ends at a round number beyond the largest', () => {
    expect(scaleFor(plain, [0.03, 0.17], 6).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2])
    expect(scaleFor(plain, [61, 93], 6).ticks).toEqual([0, 20, 40, 60, 80, 100])
  })

  it('has a size where everything is zero', () => {
    const { min, max } = scaleFor(plain, [0, 0], 6)
    expect([min, max > 0]).toEqual([0, true])
  })
})

describe('a scale of sizes', () => {
  it('has its gridlines where something was measured', () => {
    expect(scaleFor(sizes, [32, 1024, 65_536, 32, 1024], 8).ticks).toEqual([32, 1024, 65_536])
  })

  it('takes powers of two when too many were', () => {
    const many = Array.from({ length: 16 }, (_, index) => 32 * 2 ** index)
    const { ticks } = scaleFor(sizes, many, 6)
    expect(ticks.length).toBeLessThanOrEqual(7)
    expect(ticks.every((tick) => Number.isInteger(Math.log2(tick)))).toBe(true)
  })
})

describe('a scale of rounds', () => {
  it('has whole numbers only', () => {
    expect(scaleFor(rounds, [1, 2, 3], 8).ticks).toEqual([1, 2, 3])
    expect(scaleFor(rounds, [1, 40], 8).ticks).toEqual([5, 10, 15, 20, 25, 30, 35, 40])
  })
})
