import { setTimeout as sleep } from 'node:timers/promises'
import type { Conditions, Rounds } from '../harness/bench.js'
import { median } from '../harness/statistics.js'
import type { ChartPlan } from './charts/chart-plan.js'
import { floor } from './charts/round-trip-spinning.js'
import { type Entrant, isStream, shortened, stationOf } from './entrant.js'
import { type IdleOutcome, idleTimes, measureIdleness, wholeMs } from './idleness.js'
import type { Meter } from './meter.js'
import { shuffled } from './order.js'
import { Outcome } from './outcome.js'
import { Results } from './results.js'
import { Stations } from './stations.js'

export function roundsOf(smoke: boolean, rounds?: number): Rounds {
  return smoke ? { warmUps: 1, rounds: rounds ?? 2 } : { warmUps: 2, rounds: rounds ?? 60 }
}

/** Each once, however many charts show it; and the floor, which others are measured beside. */
export function entrantsOf(plans: readonly ChartPlan[], smoke: boolean): Entrant[] {
  const all = plans.flatMap(({ entrants }) => entrants)
  const byId = new Map((all.length === 0 ? [] : [...all, floor]).map((entrant) => [entrant.id, entrant]))
  return [...byId.values()].map((entrant) => (smoke ? shortened(entrant) : entrant))
}

async function check(stations: Stations, entrants: readonly Entrant[]): Promise<void> {
  const keyOf = (entrant: Entrant): string => `${stationOf(entrant)} ${entrant.check.task} ${entrant.input.sizeBytes}`
  const once = new Map(entrants.map((entrant) => [keyOf(entrant), entrant]))
  for (const entrant of once.values()) {
    const { task, count } = entrant.check
    const { sizeBytes } = entrant.input
    const input = { count, whole: true }
    await stations.run(entrant, task, sizeBytes === undefined ? input : { ...input, sizeBytes })
  }
}

/** Bare bounces between two spinning sides: as long as nothing else ran, those after one entrant are before the next. */
class Floor {
  readonly #stations: Stations
  #justNowNs: number | undefined

  constructor(stations: Stations) {
    this.#stations = stations
  }

  /** @returns what it was before and after `run`, the mean of both */
  async around(run: () => Promise<void>): Promise<number> {
    const before = this.#justNowNs ?? (await this.#measure())
    await run()
    this.#justNowNs = await this.#measure()
    return (before + this.#justNowNs) / 2
  }

  forget(): void {
    this.#justNowNs = undefined
  }

  async #measure(): Promise<number> {
    const { near } = await this.#stations.run<Float64Array>(floor, 'floor', { count: 500, batches: 10 })
    return median(near)
  }
}

/**
 * Every round runs each entrant once, in another order each time, so that whatever happens to the machine happens to all
 * of them alike; and a bare cache line before and after each that exchanges one message at a time.
 *
 * ```
 *  round 1:  floor │ bus │ floor │ grpc │ floor │ stream of 32 B │ floor │ spin │ floor …
 *  round 2:  stream of 8 KiB │ floor │ grpc │ floor │ bus │ floor …
 * ```
 */
async function measureRounds(
  stations: Stations,
  entrants: readonly Entrant[],
  { warmUps, rounds }: Rounds,
  meter: Meter,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map(entrants.map((entrant) => [entrant.id, new Outcome(entrant)]))
  const bounces = new Floor(stations)
  const measureOne = async (entrant: Entrant, kept: Outcome | undefined): Promise<void> => {
    const run = async (): Promise<void> => {
      const answer = await stations.run(entrant, entrant.task, entrant.input)
      kept?.add(answer)
    }
    if (isStream(entrant)) {
      bounces.forget()
      await run()
    } else {
      const floorNs = await bounces.around(run)
      kept?.floorPerRound.push(floorNs)
    }
  }
  for (let round = -warmUps; round < rounds; round++) {
    meter.round(round + 1, rounds)
    for (const entrant of shuffled(entrants, Math.random)) {
      await measureOne(entrant, round < 0 ? undefined : outcomes.get(entrant.id))
      meter.step()
    }
  }
  return outcomes
}

async function idleWhileTheMeterRuns(conditions: Conditions, meter: Meter): Promise<IdleOutcome[]> {
  const finished = new AbortController()
  const show = async (): Promise<void> => {
    meter.idle()
    // Rarely: this process wakes up for it, on a processor where others try not to.
    for (;;) await sleep(5000, undefined, { signal: finished.signal }).then(() => meter.idle())
  }
  const shown = show().catch(() => undefined)
  try {
    return await measureIdleness(conditions)
  } finally {
    finished.abort()
    await shown
  }
}

/** Measures what these charts need. */
export async function measure(
  conditions: Conditions,
  plans: readonly ChartPlan[],
  plan: Rounds,
  meter: Meter,
): Promise<Results> {
  const entrants = entrantsOf(plans, conditions.smoke)
  const withIdle = plans.some(({ idle }) => idle === true)
  const idleMs = withIdle ? wholeMs(idleTimes(conditions.smoke)) : 0
  meter.begin(entrants.length * (plan.warmUps + plan.rounds), idleMs)
  let outcomes = new Map<string, Outcome>()
  if (entrants.length > 0) {
    const stations = await Stations.start(entrants, conditions, (done, of) => meter.started(done, of))
    await check(stations, entrants)
    outcomes = await measureRounds(stations, entrants, plan, meter)
    await check(stations, entrants)
    await stations.close()
  }
  const idle = withIdle ? await idleWhileTheMeterRuns(conditions, meter) : []
  meter.end()
  return new Results(outcomes, idle)
}
