import { beforeAll, describe, expect, it } from 'vitest'
import { sampled } from '../../../bench/harness/sampled.js'
import { charts } from '../../../bench/report/charts/index.js'
import type { Entrant } from '../../../bench/report/entrant.js'
import { idlersHere } from '../../../bench/report/idleness.js'
import { entrantsOf } from '../../../bench/report/measure.js'
import { Outcome } from '../../../bench/report/outcome.js'
import { Results } from '../../../bench/report/results.js'

const rounds = 3

async function answerOf({ answer, input }: Entrant, round: number): Promise<{ near: unknown; far: unknown }> {
  const ns = 100 + round * 50
  if (answer === 'durations') {
    const samplesNs = Float64Array.from({ length: input.count - (input.dropped ?? 0) }, (_, index) => ns + (index % 40))
    return { near: await sampled(samplesNs), far: undefined }
  }
  if (answer === 'batches') return { near: Float64Array.of(ns), far: undefined }
  return { near: answer === 'copies' ? 1e6 : 0, far: 1e9 }
}

/** A run as it could have been. */
async function run(): Promise<Results> {
  const outcomes = new Map<string, Outcome>()
  for (const entrant of entrantsOf(charts, false)) {
    const outcome = new Outcome(entrant)
    for (let round = 0; round < rounds; round++) {
      outcome.add(await answerOf(entrant, round))
      outcome.floorPerRound.push(50 + round * 25)
    }
    outcomes.set(entrant.id, outcome)
  }
  const idle = idlersHere().map(({ id, name, role }, index) => ({ id, name, role, percent: index / 100 }))
  return new Results(outcomes, idle)
}

let results: Results

beforeAll(async () => {
  results = await run()
})

describe.each(charts)('the chart $id', (plan) => {
  it('has points in every series, numbers everywhere, and each name once', () => {
    const { series } = plan.draw(results)
    expect(series.length).toBeGreaterThan(1)
    expect(new Set(series.map(({ id }) => id)).size).toBe(series.length)
    expect(new Set(series.map(({ name }) => name)).size).toBe(series.length)
    for (const { points } of series) {
      expect(points.length).toBeGreaterThan(0)
      expect(points.flat().every(Number.isFinite)).toBe(true)
    }
  })

  it('says what it found, about ringway first, in whole sentences without gaps', () => {
    const { findings } = plan.draw(results)
    expect(findings[0]).toContain('ringway')
    for (const finding of findings) expect(finding).toMatch(/^\S.*\.\)?$/)
    expect(findings.join(' ')).not.toMatch(/NaN|undefined|Infinity|–/)
  })

  it('shows ringway beside others', () => {
    const { series } = plan.draw(results)
    expect(series.some(({ role }) => role === 'ringway')).toBe(true)
    expect(series.some(({ role }) => role !== 'ringway')).toBe(true)
  })
})

describe('the entrants of all charts', () => {
  it('that have the same name in two charts are the same, and are measured once', () => {
    const measured = entrantsOf(charts, false)
    expect(new Set(measured.map(({ id }) => id)).size).toBe(measured.length)
    for (const { entrants } of charts) {
      for (const entrant of entrants) expect(measured).toContainEqual(entrant)
    }
  })

  it('have the samples that their curves promise, in a full run of 60 rounds', () => {
    for (const { entrants } of charts.filter(({ id }) =>
      ['round-trip-spinning', 'round-trip-async', 'calls'].includes(id),
    )) {
      for (const { role, input } of entrants) {
        const samples = 60 * (input.count - (input.dropped ?? 0))
        expect(samples).toBeGreaterThanOrEqual(role === 'rival' ? 5000 : 100_000)
      }
    }
  })

  it('are done in a moment when a run is to be short, and still answer something', () => {
    for (const { input } of entrantsOf(charts, true)) {
      expect(input.count - (input.dropped ?? 0)).toBeGreaterThan(0)
    }
  })
})
