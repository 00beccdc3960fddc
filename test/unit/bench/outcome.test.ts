import { describe, expect, it } from 'vitest'
import { sampled } from '../../../bench/harness/sampled.js'
import { type Entrant, timed } from '../../../bench/report/entrant.js'
import { Outcome, ratioOf, toFloor } from '../../../bench/report/outcome.js'

const roundTrips = timed({ id: 'bus', name: 'ringway Bus', contender: 'bus', task: 'roundTrip', count: 100 })

async function add(outcome: Outcome, samplesNs: readonly number[]): Promise<void> {
  outcome.add({ near: await sampled(Float64Array.from(samplesNs)), far: undefined })
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

describe('an outcome of round trips', () => {
  it('has the percentiles of all rounds together, and the median of each', async () => {
    const outcome = new Outcome(roundTrips)
    await add(outcome, range(1, 500))
    await add(outcome, range(501, 1000))
    expect(outcome.samples).toBe(1000)
    expect([50, 90, 99, 100].map(outcome.percentile)).toEqual([500, 900, 990, 1000])
    expect(outcome.perRound).toEqual([250.5, 750.5])
    expect(outcome.median).toBe(500.5)
  })

  it('keeps three digits of seconds, and nothing below a nanosecond', async () => {
    const outcome = new Outcome(roundTrips)
    await add(outcome, [0.2, 50e9])
    expect(outcome.percentile(50)).toBe(1)
    expect(outcome.percentile(100) / 50e9).toBeCloseTo(1, 2)
  })

  it('notices samples that did not arrive', async () => {
    const near = { ...(await sampled(Float64Array.of(1, 2, 3))), samples: 4 }
    expect(() => new Outcome(roundTrips).add({ near, far: undefined })).toThrow('3 samples of 4 arrived')
  })

  it('is compared round by round, so that a slow minute does not count for one alone', async () => {
    const [ours, theirs] = [new Outcome(roundTrips), new Outcome(roundTrips)]
    for (const [ns, otherNs, floorNs] of [
      [100, 1000, 100],
      [600, 1200, 200],
      [200, 6000, 25],
    ] as const) {
      await add(ours, [ns])
      await add(theirs, [otherNs])
      ours.floorPerRound.push(floorNs)
    }
    expect(ratioOf(theirs, ours)).toBe(10)
    expect(toFloor(ours)).toBe(3)
  })
})

describe('an outcome of a stream', () => {
  it('is messages a second, between the first that was sent and the last that came', () => {
    const stream: Entrant = { ...roundTrips, input: { count: 1000 }, answer: 'moments' }
    const outcome = new Outcome(stream)
    outcome.add({ near: 5e9, far: 5.5e9 })
    expect(outcome.perRound).toEqual([2000])
    expect(outcome.samples).toBe(1000)
  })
})
