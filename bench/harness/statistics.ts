import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

// In a file of its own, which browsers can load too.
export { median } from './median.js'

/** Nanoseconds, with the precision of three digits that a histogram has. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly samples: number
}

/** Collects durations over all rounds of a run. */
export class Durations {
  readonly histogram: RecordableHistogram = createHistogram()

  add(samplesNs: Iterable<number>): void {
    // A histogram takes whole numbers from 1.
    for (const sample of samplesNs) this.histogram.record(Math.max(1, Math.round(sample)))
  }

  percentiles(): Percentiles {
    const at = (percent: number): number => this.histogram.percentile(percent)
    const { max, count } = this.histogram
    return { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max, samples: count }
  }
}
