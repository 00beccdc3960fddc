import { type Bench, type Conditions, closeAll, interleave, type Rounds } from './harness/bench.js'
import { duration } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { Durations, median } from './harness/statistics.js'
import { table } from './harness/table.js'
import type { IdleCost } from './tasks/idle.js'
import type { Watched } from './tasks/watched.js'

interface Variant {
  readonly name: string
  readonly title: string
  readonly contender: string
  readonly nodeOptions: readonly string[]
}

/** Where V8 makes new objects: it is collected when full, and begins with far less than it may grow to. */
const roomy = ['--min-semi-space-size=16']

const variants: readonly Variant[] = [
  { name: 'default', title: 'as it comes', contender: 'waiting-bus', nodeOptions: [] },
  { name: 'patient', title: 'hotUs: 200', contender: 'patient-bus', nodeOptions: [] },
  { name: 'roomy', title: `node ${roomy.join(' ')}`, contender: 'waiting-bus', nodeOptions: roomy },
  { name: 'both', title: 'both', contender: 'patient-bus', nodeOptions: roomy },
]

const fullRounds: Rounds = { warmUps: 3, rounds: 20 }
const smokeRounds: Rounds = { warmUps: 0, rounds: 1 }
const roundTrips = 50_000
const longNs = 50_000

/** What round trips of one variant came to, over all rounds. */
class Outcome {
  readonly durations = new Durations()
  readonly perRoundNs: number[] = []
  #long = 0
  #collections = 0
  #collectionMs = 0

  add(samplesNs: Float64Array, sides: readonly Watched[]): void {
    this.durations.add(samplesNs)
    this.perRoundNs.push(median(samplesNs))
    this.#long += samplesNs.reduce((count, ns) => count + (ns > longNs ? 1 : 0), 0)
    for (const { collections, collectionMs } of sides) {
      this.#collections += collections
      this.#collectionMs += collectionMs
    }
  }

  get figures() {
    const percentilesNs = this.durations.percentiles()
    const perThousand = (count: number): number => (count * 1000) / percentilesNs.samples
    return {
      medianNs: median(this.perRoundNs),
      percentilesNs,
      longPerThousand: perThousand(this.#long),
      collectionsPerThousand: perThousand(this.#collections),
      collectionNs: (this.#collectionMs * 1e6) / this.#collections,
    }
  }
}

async function roundTripsOf(conditions: Conditions, pairs: readonly Pair[]): Promise<Outcome[]> {
  const count = conditions.smoke ? roundTrips / 50 : roundTrips
  const outcomes = variants.map(() => new Outcome())
  const check = async (pair: Pair): Promise<unknown> => await pair.run('roundTrip', { count: 200, whole: true })
  for (const pair of pairs) await check(pair)
  await interleave(conditions, 'round trips', conditions.smoke ? smokeRounds : fullRounds, async (round) => {
    for (const [at, pair] of pairs.entries()) {
      const { near, far } = await pair.run<Watched, Watched>('watchedRoundTrip', { count })
      if (round >= 0 && near.samplesNs !== undefined) outcomes[at]?.add(near.samplesNs, [near, far])
    }
  })
  for (const pair of pairs) await check(pair)
  return outcomes
}

const pacesMs = [0.1, 0.15, 0.3, 1, 10]

/** @returns for each pace the percent of a processor that each pair's receiver used */
async function waitingCost(conditions: Conditions, pairs: readonly Pair[]): Promise<number[][]> {
  const spanMs = conditions.smoke ? 100 : 2000
  const rows: number[][] = []
  for (const ms of pacesMs) {
    conditions.progress.show(`a message every ${duration(ms * 1e6)}`)
    const row: number[] = []
    for (const pair of pairs) {
      const { far } = await pair.run<unknown, IdleCost>('paced', { count: Math.max(20, spanMs / ms), ms })
      row.push(far.cpuUs / 10 / far.elapsedMs)
    }
    rows.push(row)
  }
  conditions.progress.clear()
  return rows
}

/**
 * Where the slowest of a thousand round trips come from, and what helps. Regime: hot, one message of 32 bytes under way, two
 * main threads on two processors. Then one way, at a pace: what longer looking costs.
 *
 * Before and after: round trips of which every byte is compared. In between number, length and both ends of every message.
 */
export const tail: Bench = {
  purpose: 'The slowest of a thousand async round trips: collections, looking for longer, and what that costs.',
  needsTwoProcessors: true,
  async run(conditions) {
    const { processors, scratch, progress } = conditions
    progress.show('starting')
    const pairs = await Promise.all(
      variants.map(({ contender, nodeOptions }) => Pair.start(contender, processors, scratch, nodeOptions)),
    )
    const figures = (await roundTripsOf(conditions, pairs)).map((outcome) => outcome.figures)
    const looking = pairs.slice(0, 2)
    const costs = await waitingCost(conditions, looking)
    await closeAll(pairs)
    const text = [
      table(
        ['round trip, 32 B', 'median', 'p99', 'p99.9', `over ${duration(longNs)}`, 'collections', 'of'],
        figures.map(({ medianNs, percentilesNs: { p99, p999 }, ...figure }, at) => [
          variants[at]?.title ?? '',
          ...[medianNs, p99, p999].map(duration),
          `${figure.longPerThousand.toFixed(2)} ‰`,
          `${figure.collectionsPerThousand.toFixed(2)} ‰`,
          duration(figure.collectionNs),
        ]),
      ),
      '',
      table(
        ['a message every', ...looking.map((_, at) => `${variants[at]?.title}, of a processor`)],
        costs.map((row, at) => [
          duration((pacesMs[at] as number) * 1e6),
          ...row.map((percent) => `${percent.toFixed(1)} %`),
        ]),
      ),
    ].join('\n')
    const named = Object.fromEntries(figures.map((figure, at) => [variants[at]?.name, figure]))
    return { text, json: { roundTrips, longNs, ...named, pacesMs, waitingPercent: costs } }
  },
}
