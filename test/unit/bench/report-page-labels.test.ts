import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spread } from '../../../bench/report/page/spread.js'

describe('spread', () => {
  it('leaves labels where they belong when there is room', () => {
    expect(spread([50, 100, 200], [20, 20, 20], 0, 300)).toEqual([40, 90, 190])
  })

  it('moves labels apart that want the same place, evenly', () => {
    expect(spread([100, 100], [20, 20], 0, 300)).toEqual([80, 100])
  })

  it('keeps them within the bounds', () => {
    expect(spread([0, 5], [20, 20], 0, 300)).toEqual([0, 20])
    expect(spread([295, 300], [20, 20], 0, 300)).toEqual([260, 280])
  })

  it('never lets two overlap, nor changes their order, nor leaves the bounds while they fit', () => {
    const label = fc.record({ middle: fc.integer({ min: 0, max: 400 }), height: fc.constantFrom(15, 21, 36) })
    fc.assert(
      fc.property(fc.array(label, { maxLength: 11 }), (labels) => {
        const ordered = labels.sort((a, b) => a.middle - b.middle)
        const heights = ordered.map(({ height }) => height)
        const tops = spread(
          ordered.map(({ middle }) => middle),
          heights,
          0,
          400,
        )
        for (const [index, top] of tops.entries()) {
          const above = index === 0 ? 0 : (tops[index - 1] as number) + (heights[index - 1] as number)
          expect(top).toBeGreaterThanOrEqual(above - 1e-6)
          expect(top + (heights[index] as number)).toBeLessThanOrEqual(400 + 1e-6)
        }
      }),
    )
  })
})
