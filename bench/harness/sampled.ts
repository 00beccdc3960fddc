import type { Histogram } from 'hdr-histogram-js'
import { median } from './statistics.js'

/** Durations of one round, as a side sends them: a hundred bytes instead of a megabyte. */
export interface Sampled {
  readonly samples: number
  readonly medianNs: number
  /** A histogram of nanoseconds, compressed as HdrHistogram does it, in base64. */
  readonly hdr: string
}

/** From a nanosecond to a hundred seconds, three digits of each; it grows for what takes longer. */
const range = { lowestDiscernibleValue: 1, highestTrackableValue: 1e11, numberOfSignificantValueDigits: 3 } as const

type HdrHistogram = typeof import('hdr-histogram-js')

export function emptyHistogram({ build }: HdrHistogram): Histogram {
  return build({ ...range, bitBucketSize: 32 })
}

/** @param samplesNs all of them from one task */
export async function sampled(samplesNs: Float64Array): Promise<Sampled> {
  // Only sides that are asked for histograms load what makes them.
  const hdr = await import('hdr-histogram-js')
  const histogram = emptyHistogram(hdr)
  for (const sample of samplesNs) histogram.recordValue(Math.max(1, Math.round(sample)))
  return {
    samples: samplesNs.length,
    medianNs: median(samplesNs),
    hdr: hdr.encodeIntoCompressedBase64(histogram),
  }
}
