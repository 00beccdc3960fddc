import { compiledStandIn } from './contenders/foreign-idle.js'
import { type Bench, type Conditions, closeAll, interleave, type Rounds } from './harness/bench.js'
import type { TaskInput } from './harness/channel.js'
import { duration, times } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { Durations, median, type Percentiles } from './harness/statistics.js'
import { table } from './harness/table.js'
import type { IdleCost } from './tasks/idle.js'

interface Situation {
  readonly name: string
  readonly title: string
  readonly contender: string
  readonly task: 'roundTrip' | 'roundTripSync'
  readonly sameProcessor: boolean
  readonly input: TaskInput
}

const restMs = 20
const hot = (count: number): TaskInput => ({ count })
/** Each message finds both sides asleep. */
const rested: TaskInput = { count: 10, ms: restMs }

const situations: readonly Situation[] = [
  { name: 'hot', title: 'hot, Bus', contender: 'bus', task: 'roundTrip', sameProcessor: false, input: hot(20_000) },
  {
    name: 'hotMessagePort',
    title: 'hot, MessagePort',
    contender: 'message-port',
    task: 'roundTrip',
    sameProcessor: false,
    input: hot(1000),
  },
  {
    name: 'rested',
    title: `after ${restMs} ms of rest, Bus`,
    contender: 'bus',
    task: 'roundTrip',
    sameProcessor: false,
    input: rested,
  },
  {
    name: 'restedMessagePort',
    title: `after ${restMs} ms of rest, MessagePort`,
    contender: 'message-port',
    task: 'roundTrip',
    sameProcessor: false,
    input: rested,
  },
  {
    name: 'oneCore',
    title: 'one processor, Bus',
    contender: 'bus',
    task: 'roundTrip',
    sameProcessor: true,
    input: hot(2000),
  },
  {
    name: 'oneCoreSync',
    title: 'one processor, Bus, Sync',
    contender: 'bus',
    task: 'roundTripSync',
    sameProcessor: true,
    input: hot(2000),
  },
  {
    name: 'oneCoreMessagePort',
    title: 'one processor, MessagePort',
    contender: 'message-port',
    task: 'roundTrip',
    sameProcessor: true,
    input: hot(2000),
  },
]

const fullRounds: Rounds = { warmUps: 2, rounds: 15 }
const smokeRounds: Rounds = { warmUps: 0, rounds: 2 }

interface Outcome {
  readonly situation: Situation
  readonly perRoundNs: number[]
  readonly durations: Durations
}

async function measure(conditions: Conditions, plan: Rounds): Promise<Map<string, Outcome>> {
  const { processors, scratch, smoke, progress } = conditions
  const [first] = processors
  const outcomes = new Map<string, Outcome>()
  for (const situation of situations) {
    outcomes.set(situation.name, { situation, perRoundNs: [], durations: new Durations() })
  }
  progress.show('starting')
  const pairs = await Promise.all(
    situations.map(({ contender, sameProcessor }) =>
      Pair.start(contender, sameProcessor ? [first, first] : processors, scratch),
    ),
  )
  const check = async (at: number, task: string): Promise<void> => {
    await (pairs[at] as Pair).run(task, { count: 200, whole: true })
  }
  for (const [at, { task }] of situations.entries()) await check(at, task)
  await interleave(conditions, 'round trips', plan, async (round) => {
    for (const [at, { name, task, input }] of situations.entries()) {
      const count = smoke ? Math.ceil(input.count / 10) : input.count
      const { near } = await (pairs[at] as Pair).run<Float64Array>(task, { ...input, count })
      if (round < 0) continue
      outcomes.get(name)?.perRoundNs.push(median(near))
      outcomes.get(name)?.durations.add(near)
    }
  })
  for (const [at, { task }] of situations.entries()) await check(at, task)
  await closeAll(pairs)
  return outcomes
}

/** Percent of a processor that each process used while it had nothing to do. */
interface Idleness {
  readonly nativeNearPercent: number
  readonly nativeFarPercent: number
  readonly foreignPercent: number | undefined
}

function percentOf({ cpuUs, elapsedMs }: IdleCost): number {
  return cpuUs / 10 / elapsedMs
}

async function idleness({ processors, scratch, smoke, progress }: Conditions): Promise<Idleness> {
  const ms = smoke ? 500 : 5000
  progress.show(`idle for ${ms / 1000} s, native and foreign peer`)
  const native = Pair.start('bus', processors, scratch).then(async (pair) => {
    const costs = await pair.run<IdleCost, IdleCost>('idle', { count: 1, ms })
    await pair.close()
    return costs
  })
  const foreign = compiledStandIn() === undefined ? undefined : Pair.start('foreign-idle', processors, scratch)
  const foreignCost = foreign?.then(async (pair) => {
    const cost = (await pair.run<IdleCost>('idle', { count: 1, ms })) as unknown as IdleCost
    await pair.close()
    return cost
  })
  const { near, far } = await native
  const cost = await foreignCost
  progress.clear()
  return {
    nativeNearPercent: percentOf(near),
    nativeFarPercent: percentOf(far),
    foreignPercent: cost === undefined ? undefined : percentOf(cost),
  }
}

/** Median over the rounds of how much longer one situation took than another. */
function ratio(outcomes: Map<string, Outcome>, name: string, to: string): number {
  const others = outcomes.get(to)?.perRoundNs ?? []
  return median((outcomes.get(name)?.perRoundNs ?? []).map((ns, round) => ns / (others[round] as number)))
}

/**
 * What messages cost a program that lives in the event loop. Regimes: hot, one message under way, two main threads on two
 * processors; the same after both have been idle; both processes on one processor, where looking for messages keeps the
 * other side from sending any; and at rest.
 *
 * ```
 *  main thread                          main thread (of MessagePort: worker)
 *  await send ───────── ring ─────────▶ await recv
 *  await recv ◀──────── ring ────────── await send
 * ```
 *
 * Before and after: round trips of which every byte is compared. In between number, length and both ends of every message.
 */
export const eventLoop: Bench = {
  purpose: 'Async round trips of 32 bytes: hot, rested, on one processor; and what waiting costs.',
  needsTwoProcessors: false,
  async run(conditions) {
    const plan = conditions.smoke ? smokeRounds : fullRounds
    const outcomes = await measure(conditions, plan)
    const idle = await idleness(conditions)
    const rows = [...outcomes.values()].map(({ situation, perRoundNs, durations }) => ({
      name: situation.name,
      title: situation.title,
      medianNs: median(perRoundNs),
      percentilesNs: durations.percentiles(),
    }))
    const oneCoreRatio = ratio(outcomes, 'oneCore', 'oneCoreMessagePort')
    const oneCoreSyncRatio = ratio(outcomes, 'oneCoreSync', 'oneCoreMessagePort')
    const percent = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(2)} %`)
    const text = [
      table(
        ['round trip, 32 B', 'median', 'p90', 'p99', 'p99.9'],
        rows.map(({ title, medianNs, percentilesNs: { p90, p99, p999 } }) => [
          title,
          ...[medianNs, p90, p99, p999].map(duration),
        ]),
      ),
      `\nOn one processor, to MessagePort there: async ${times(oneCoreRatio)}, Sync ${times(oneCoreSyncRatio)}.\n`,
      table(
        ['processor time while idle, of one processor', ''],
        [
          ['in await recv(), native peer', percent(idle.nativeNearPercent)],
          ['in for await, native peer', percent(idle.nativeFarPercent)],
          ['in for await, foreign peer', percent(idle.foreignPercent)],
        ],
      ),
      ...(idle.foreignPercent === undefined
        ? ['\nNo foreign peer: `npm run test:interop` compiles one, where there is a C compiler.']
        : []),
    ].join('\n')
    const figures: Record<string, { medianNs: number; percentilesNs: Percentiles }> = {}
    for (const { name, medianNs, percentilesNs } of rows) figures[name] = { medianNs, percentilesNs }
    return { text, json: { ...plan, restMs, ...figures, oneCoreRatio, oneCoreSyncRatio, idlePercent: idle } }
  },
}
