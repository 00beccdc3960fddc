import { tachyonContenders } from './contenders/tachyon.js'
import { type Bench, type Conditions, closeAll, interleave, type Rounds } from './harness/bench.js'
import { duration, rate, times } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { Durations, median } from './harness/statistics.js'
import { table } from './harness/table.js'

interface Entrant {
  readonly contender: string
  readonly title: string
  readonly task: string
  /** Messages or round trips in a round: so many that a round takes about a tenth of a second. */
  readonly count: number
  readonly corked?: boolean
}

const roundTripEntrants: readonly Entrant[] = [
  { contender: 'bus', title: 'ringway Bus', task: 'roundTrip', count: 30_000 },
  { contender: 'thread-bus', title: 'ringway ThreadBus', task: 'roundTrip', count: 30_000 },
  { contender: 'message-port', title: 'MessagePort', task: 'roundTrip', count: 2000 },
  { contender: 'child-process', title: 'child_process, advanced', task: 'roundTrip', count: 2000 },
  { contender: 'unix-socket', title: 'net, Unix socket', task: 'roundTrip', count: 2000 },
  { contender: 'zeromq', title: 'zeromq, ipc', task: 'roundTrip', count: 1000 },
]

const streamEntrants: readonly Entrant[] = [
  { contender: 'stream-bus', title: 'ringway Bus, corked → consume', task: 'stream', count: 3_000_000, corked: true },
  { contender: 'stream-bus', title: 'ringway Bus, trySend → consume', task: 'stream', count: 1_500_000 },
  { contender: 'stream-bus', title: 'ringway Bus, await send → await recv', task: 'streamAsync', count: 100_000 },
  {
    contender: 'stream-thread-bus',
    title: 'ringway ThreadBus, corked → consume',
    task: 'stream',
    count: 3_000_000,
    corked: true,
  },
  { contender: 'message-port', title: 'MessagePort', task: 'stream', count: 60_000 },
  { contender: 'child-process', title: 'child_process, advanced', task: 'stream', count: 30_000 },
  { contender: 'unix-socket', title: 'net, Unix socket, corked', task: 'stream', count: 60_000 },
  { contender: 'zeromq', title: 'zeromq, ipc', task: 'stream', count: 60_000 },
]

/** What the bars are measured against: what Node itself offers. */
const ownOfNode = ['message-port', 'child-process', 'unix-socket']

const checks = 1000

interface Runner {
  readonly entrant: Entrant
  readonly pair: Pair
  /** Medians of the rounds: nanoseconds a round trip, or messages a second. */
  readonly perRound: number[]
}

interface StreamEnds {
  readonly near: number
  readonly far: number
}

function smaller(entrant: Entrant, smoke: boolean): Entrant {
  return smoke ? { ...entrant, count: Math.ceil(entrant.count / 20) } : entrant
}

/** Every entrant has a pair of its own, all of them alive and asleep while one is measured. */
async function start(
  entrants: readonly Entrant[],
  { processors, scratch, smoke, progress }: Conditions,
): Promise<Runner[]> {
  progress.show('starting the contenders')
  const runners = await Promise.all(
    entrants.map(async (entrant): Promise<Runner> => {
      const pair = await Pair.start(entrant.contender, processors, scratch)
      return { entrant: smaller(entrant, smoke), pair, perRound: [] }
    }),
  )
  for (const { pair } of runners) await pair.run('roundTrip', { count: checks, whole: true })
  return runners
}

async function finish(runners: readonly Runner[]): Promise<void> {
  for (const { pair } of runners) await pair.run('roundTrip', { count: checks, whole: true })
  await closeAll(runners.map(({ pair }) => pair))
}

async function compareRoundTrips(conditions: Conditions, entrants: readonly Entrant[], plan: Rounds) {
  const runners = await start(entrants, conditions)
  const durations = new Map(runners.map((runner) => [runner, new Durations()]))
  await interleave(conditions, 'round trips', plan, async (round) => {
    for (const runner of runners) {
      const { near } = await runner.pair.run<Float64Array>(runner.entrant.task, { count: runner.entrant.count })
      if (round < 0) continue
      runner.perRound.push(median(near))
      durations.get(runner)?.add(near)
    }
  })
  await finish(runners)
  return runners.map((runner) => ({
    ...runner.entrant,
    perRound: runner.perRound,
    medianNs: median(runner.perRound),
    percentilesNs: (durations.get(runner) as Durations).percentiles(),
  }))
}

async function compareStreams(conditions: Conditions, entrants: readonly Entrant[], plan: Rounds) {
  const runners = await start(entrants, conditions)
  await interleave(conditions, 'streams', plan, async (round) => {
    for (const { entrant, pair, perRound } of runners) {
      const { count, corked = false } = entrant
      const { near, far } = (await pair.run<number, number>(entrant.task, { count, corked })) as StreamEnds
      if (round >= 0) perRound.push((count * 1e9) / (far - near))
    }
  })
  await finish(runners)
  return runners.map(({ entrant, perRound }) => ({ ...entrant, perRound, perSecond: median(perRound) }))
}

interface Series {
  readonly contender: string
  readonly perRound: readonly number[]
}

/** Median over the rounds of what `ratio` makes of the figures of one round: ours, and the best of Node's own. */
function against(
  ours: Series,
  rivals: readonly Series[],
  best: (...values: number[]) => number,
  ratio: (ours: number, best: number) => number,
): number {
  return median(
    ours.perRound.map((figure, round) =>
      ratio(figure, best(...rivals.map(({ perRound }) => perRound[round] as number))),
    ),
  )
}

/**
 * The same two exchanges through everything that a Node program could use instead. Regimes: one message of 32 bytes under
 * way between two event loops, hot; and a one-way stream of 32 bytes, each contender in its best style. Pinned alike, one
 * contender after the other in every round.
 *
 * ```
 *  main thread, processor A                    main or worker thread, processor B
 *  send ──────── contender ────────▶ receive
 *  receive ◀──── contender ───────── send                  round trip: median of each round, then of the rounds
 *
 *  send ─ send ─ send ─ … ─────────▶ receive, check        stream: from before the first to after the last
 * ```
 *
 * Before and after: a thousand round trips of which every byte is compared. In between number, length and both ends of
 * every message are checked, by the same code for all.
 */
export const compare: Bench = {
  purpose: 'Async round trip and one-way stream of 32 bytes, next to what a Node program could use instead.',
  needsTwoProcessors: true,
  async run(conditions) {
    const plan = conditions.smoke ? { warmUps: 0, rounds: 2 } : { warmUps: 2, rounds: 12 }
    const tachyon = tachyonContenders()
    const roundTrips = await compareRoundTrips(
      conditions,
      [...roundTripEntrants, ...tachyon.present.map((entrant) => ({ ...entrant, task: 'roundTrip', count: 2000 }))],
      plan,
    )
    const streams = await compareStreams(
      conditions,
      [...streamEntrants, ...tachyon.present.map((entrant) => ({ ...entrant, task: 'stream', count: 100_000 }))],
      plan,
    )
    const nodeRoundTrips = roundTrips.filter(({ contender }) => ownOfNode.includes(contender))
    const ours = roundTrips[0] as Series
    const asyncSpeedup = against(ours, nodeRoundTrips, Math.min, (own, best) => best / own)
    const ports = streams.filter(({ contender }) => contender === 'message-port')
    const corkedVsMessagePort = against(streams[0] as Series, ports, Math.max, (own, best) => own / best)

    const busNs = roundTrips[0]?.medianNs ?? Number.NaN
    const corkedPerSecond = streams[0]?.perSecond ?? Number.NaN
    const text = [
      table(
        ['round trip, 32 B', 'median', 'p99', 'to ringway'],
        roundTrips.map(({ title, medianNs, percentilesNs }) => [
          title,
          duration(medianNs),
          duration(percentilesNs.p99),
          times(medianNs / busNs),
        ]),
      ),
      `\n${times(asyncSpeedup)} faster than the best of MessagePort, child_process and net in the same round (median).\n`,
      table(
        ['one way, 32 B', 'messages', 'to ringway'],
        streams.map(({ title, perSecond }) => [title, rate(perSecond), times(perSecond / corkedPerSecond)]),
      ),
      `\n${times(corkedVsMessagePort)} the messages of MessagePort in the same round (median).`,
      ...tachyon.missing.map((what) => `\nNot compared: ${what}.`),
    ].join('\n')
    return {
      text,
      json: {
        ...plan,
        asyncSpeedup,
        corkedVsMessagePort,
        roundTrips: roundTrips.map(({ title, medianNs, percentilesNs, count }) => ({
          title,
          medianNs,
          percentilesNs,
          count,
        })),
        streams: streams.map(({ title, perSecond, count }) => ({ title, perSecond, count })),
        notCompared: tachyon.missing,
      },
    }
  },
}
