import * as hdr from 'hdr-histogram-js'
import { emptyHistogram, type Sampled } from '../harness/sampled.js'
import { median } from '../harness/statistics.js'
import type { Entrant } from './entrant.js'

/** What one entrant did in all rounds. */
export class Outcome {
  readonly entrant: Entrant
  /** Median of each round in nanoseconds, or messages a second. */
  readonly perRound: number[] = []
  /** Nanoseconds of a bare cache line each way, just before and after it in each round; empty for streams. */
  readonly floorPerRound: number[] = []
  /** Of all rounds together; empty where nothing is timed one by one. */
  readonly histogram: hdr.Histogram = emptyHistogram(hdr)
  #messages = 0

  constructor(entrant: Entrant) {
    this.entrant = entrant
  }

  /** Median of the rounds. */
  get median(): number {
    return median(this.perRound)
  }

  /** Samples, or messages where nothing is timed one by one. */
  get samples(): number {
    return this.#messages
  }

  get encoded(): string {
    return hdr.encodeIntoCompressedBase64(this.histogram)
  }

  readonly percentile = (percent: number): number => this.histogram.getValueAtPercentile(percent)

  /** @param answer of the two sides, as the kind of answer of the entrant says */
  add(answer: { readonly near: unknown; readonly far: unknown }): void {
    const { near, far } = answer
    const { count, batches = 1 } = this.entrant.input
    switch (this.entrant.answer) {
      case 'durations':
        this.addDurations(near as Sampled)
        return
      case 'batches':
        this.perRound.push(median(near as Float64Array))
        break
      case 'moments':
        this.perRound.push((count * 1e9) / ((far as number) - (near as number)))
        break
      case 'copies':
        this.perRound.push(near as number)
    }
    this.#messages += count * batches
  }

  addDurations({ samples, medianNs, hdr: encoded }: Sampled): void {
    const histogram = hdr.decodeFromCompressedBase64(encoded)
    if (histogram.totalCount !== samples) throw new Error(`${histogram.totalCount} samples of ${samples} arrived`)
    this.histogram.add(histogram)
    this.perRound.push(medianNs)
    this.#messages += samples
  }
}

/** Median over the rounds of how many times as long it took as the floor of its moment. */
export function toFloor({ perRound, floorPerRound }: Outcome): number {
  return median(perRound.map((ns, round) => ns / (floorPerRound[round] as number)))
}

/** Median over the rounds of how many times as much the one was as the other in the same round. */
export function ratioOf(one: Outcome, other: Outcome): number {
  return median(one.perRound.map((figure, round) => figure / (other.perRound[round] as number)))
}
