import type { Histogram } from 'hdr-histogram-js'

/** Parts of the samples that lie above a point, in each of which another nine begins. */
const partsOfANine = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12]
/** A point with fewer samples above it says more about the run than about what was measured. */
const leastAbove = 10
const mostNines = 7

/** The percentiles that so many samples can speak of: 0, 10 … 90, 91 … 99, 99.1 … */
export function percentilesFor(samples: number): number[] {
  const result: number[] = []
  for (let nines = 0; nines < mostNines; nines++) {
    for (const part of partsOfANine) {
      const above = part * 10 ** -nines
      if (above * samples >= leastAbove) result.push(Number((100 - 100 * above).toFixed(nines + 2)))
    }
  }
  return result
}

/** Percentile and nanoseconds: so many percent of the samples were at most that. */
export function percentilePoints(histogram: Histogram): [number, number][] {
  return percentilesFor(histogram.totalCount).map((percent) => [percent, histogram.getValueAtPercentile(percent)])
}
