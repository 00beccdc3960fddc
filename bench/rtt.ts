import { type Bench, type Conditions, closeAll, interleave } from './harness/bench.js'
import { clockCostNs } from './harness/clock.js'
import { duration, times } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { Durations, median } from './harness/statistics.js'
import { table } from './harness/table.js'

/** Round trips in a batch; a round is the median of its batches, so that one interruption does not make a round. */
const batchCount = 1000

interface Plan {
  readonly launches: number
  readonly rounds: number
  readonly warmUps: number
  readonly batches: number
  readonly checks: number
  readonly timed: number
}

const fullPlan: Plan = { launches: 3, rounds: 25, warmUps: 4, batches: 20, checks: 10_000, timed: 20_000 }
const smokePlan: Plan = { launches: 1, rounds: 3, warmUps: 1, batches: 5, checks: 1000, timed: 1000 }

/** What one variant took, round by round, and the floor of its own two processes just before and after. */
class Series {
  readonly ns: number[] = []
  readonly floorNs: number[] = []
  readonly ratios: number[] = []

  add(ns: number, floorNs: number): void {
    this.ns.push(ns)
    this.floorNs.push(floorNs)
    this.ratios.push(ns / floorNs)
  }

  get medianNs(): number {
    return median(this.ns)
  }

  get ratio(): number {
    return median(this.ratios)
  }
}

const variants = ['oneLine', 'wireFloor', 'spin', 'guard'] as const
type Variant = (typeof variants)[number]

/** Each variant has two processes of its own, so that none is measured with code that was compiled for another. */
async function launch(
  conditions: Conditions,
  plan: Plan,
  series: Readonly<Record<Variant, Series>>,
  durations: Durations,
): Promise<number> {
  const { processors, scratch } = conditions
  const pairs = await Promise.all(variants.map(() => Pair.start('spin', processors, scratch)))
  const plainPair = pairs[variants.indexOf('spin')] as Pair
  const input = { count: batchCount, batches: plan.batches }
  const timeOf = async (pair: Pair, task: string): Promise<number> =>
    median((await pair.run<Float64Array>(task, input)).near)

  for (const pair of pairs) await pair.run('check', { count: plan.checks })
  await interleave(conditions, 'round trips', plan, async (round) => {
    for (const [at, variant] of variants.entries()) {
      const pair = pairs[at] as Pair
      const before = await timeOf(pair, 'floor')
      const ns = await timeOf(pair, variant)
      const after = await timeOf(pair, 'floor')
      if (round >= 0) series[variant].add(ns, (before + after) / 2)
    }
    const { near } = await plainPair.run<Float64Array>('spinTimed', { count: plan.timed })
    if (round >= 0) durations.add(near)
  })
  for (const pair of pairs) await pair.run('check', { count: plan.checks })
  await closeAll(pairs)
  const perRound = batchCount * plan.batches + plan.timed
  return 4 * plan.checks + perRound * (plan.rounds + plan.warmUps)
}

/**
 * What a round trip costs while both sides do nothing but look for it. Regime: spinning, one message under way, 32 bytes,
 * rings of 64 KiB, two processes pinned to two processors.
 *
 * ```
 *  process on processor A            process on processor B
 *  trySend ────────── ring ────────▶ consume
 *  consume ◀───────── ring ───────── trySend
 *          ── bare cache line ─────▶              the floor: before and after each round, same two processes
 *          ◀───── bare cache line ──
 * ```
 *
 * Before and after: messages of which every byte is compared, both ways. In between both sides check the number and the
 * length of every message.
 */
export const rtt: Bench = {
  purpose: 'Round trip of 32 bytes between two spinning processes, against the bounce of bare cache lines.',
  needsTwoProcessors: true,
  async run(conditions) {
    const plan = conditions.smoke ? smokePlan : fullPlan
    const series = { oneLine: new Series(), wireFloor: new Series(), spin: new Series(), guard: new Series() }
    const durations = new Durations()
    let messages = 0
    for (let i = 0; i < plan.launches; i++) messages += await launch(conditions, plan, series, durations)

    const floorNs = median(variants.flatMap((variant) => series[variant].floorNs))
    const percentilesNs = durations.percentiles()
    const clockNs = clockCostNs()
    const titles = {
      oneLine: 'one line that both write',
      wireFloor: 'bare loop over the lines of a message',
      spin: 'trySend + consume',
      guard: 'with guards',
    }
    const text = [
      table(
        ['round trip, 32 B', 'median', '× floor'],
        [
          ['a bare cache line each way (the floor)', duration(floorNs), times(1)],
          ...variants.map((name) => [titles[name], duration(series[name].medianNs), times(series[name].ratio)]),
        ],
      ),
      '',
      table(
        ['each trySend + consume by itself', 'p50', 'p90', 'p99', 'p99.9', 'max'],
        [
          [
            `with about ${duration(clockNs)} of clock in each`,
            ...(['p50', 'p90', 'p99', 'p999', 'max'] as const).map((name) => duration(percentilesNs[name])),
          ],
        ],
      ),
    ].join('\n')
    return {
      text,
      json: {
        floorNs,
        rttNs: series.spin.medianNs,
        ratio: series.spin.ratio,
        guardNs: series.guard.medianNs,
        guardRatio: series.guard.ratio,
        oneLineNs: series.oneLine.medianNs,
        oneLineRatio: series.oneLine.ratio,
        wireFloorNs: series.wireFloor.medianNs,
        wireFloorRatio: series.wireFloor.ratio,
        percentilesNs,
        clockNs,
        ...plan,
        messagesVerified: messages,
      },
    }
  },
}
