import * as hdr from 'hdr-histogram-js'
import type { Plan } from './plan.js'
import type { RoundResult } from './round.js'

/** Counts of one group of rounds; from `lost` on each has to be 0. */
export interface Counts {
  rounds: number
  published: number
  delivered: number
  unread: number
  inHand: number
  lost: number
  duplicated: number
  reordered: number
  torn: number
  hangs: number
  wrong: number
  leaks: number
}

export interface Notice {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface Failure {
  readonly round: number
  readonly seed: number
  readonly what: readonly string[]
}

const longestNoticeUs = 60_000_000

function noCounts(): Counts {
  const passed = { rounds: 0, published: 0, delivered: 0, unread: 0, inHand: 0 }
  return { ...passed, lost: 0, duplicated: 0, reordered: 0, torn: 0, hangs: 0, wrong: 0, leaks: 0 }
}

function countsOf({ verdict, hangs, leaks }: RoundResult): Counts {
  const { published, delivered, unread, inHand, lost, duplicated, reordered, torn, wrong } = verdict
  const counts = { rounds: 1, published, delivered, unread, inHand, lost, duplicated, reordered, torn }
  return { ...counts, hangs: hangs.length, wrong: wrong.length, leaks: leaks.length }
}

function add(sum: Counts, counts: Counts): void {
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name]
}

const names: Readonly<Record<Plan['kind'], string>> = { bus: 'Bus', 'rpc-bus': 'RpcBus', rpc: 'RpcServer, RpcClient' }

/** `Bus: producer killed`, `RpcBus: callee killed`, `Bus, stand-in peer: consumer killed` … */
export function caseOf({ kind, victim, peer, secondKillUs }: Plan): string {
  const part = kind === 'bus' ? victim : victim === 'producer' ? 'caller' : 'callee'
  const killed = secondKillUs < 0 ? part : 'both'
  return `${names[kind]}${peer === 'native' ? '' : `, ${peer} peer`}: ${killed} killed`
}

/** What is wrong with a round, in words; nothing when nothing is. */
export function faultsOf({ verdict, hangs, leaks }: RoundResult): string[] {
  const { lost, duplicated, reordered, torn, wrong } = verdict
  const counted = Object.entries({ lost, duplicated, reordered, torn }).flatMap(([name, count]) =>
    count === 0 ? [] : [`${count} ${name}`],
  )
  return [...counted, ...wrong, ...hangs.map((what) => `hang: ${what}`), ...leaks.map((what) => `left: ${what}`)]
}

/** What a campaign has found so far. */
export class Summary {
  readonly total = noCounts()
  readonly cases = new Map<string, Counts>()
  readonly moments = new Map<string, number>()
  readonly failures: Failure[] = []
  readonly #notices = new Map<string, hdr.Histogram>()

  add(result: RoundResult): void {
    const { plan, verdict, form } = result
    const counts = countsOf(result)
    add(this.total, counts)
    const name = caseOf(plan)
    const sum = this.cases.get(name) ?? noCounts()
    add(sum, counts)
    this.cases.set(name, sum)
    this.moments.set(plan.moment, (this.moments.get(plan.moment) ?? 0) + 1)
    if (verdict.noticedNs !== undefined) this.#notice(plan, form, verdict.noticedNs)
    const what = faultsOf(result)
    if (what.length > 0) this.failures.push({ round: plan.round, seed: plan.seed, what })
  }

  get failed(): boolean {
    return this.failures.length > 0
  }

  /** Time from the kill to the survivor's being told, by who was killed and by the form that was told. */
  get notices(): ReadonlyMap<string, Notice> {
    const sorted = [...this.#notices].sort(([a], [b]) => (a < b ? -1 : 1))
    return new Map(
      sorted.map(([form, histogram]) => {
        // A percentile is the end of its bucket, which may lie behind the largest value.
        const ms = (percentile: number) =>
          Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / 1000
        return [form, { count: histogram.totalCount, p50Ms: ms(50), p99Ms: ms(99), maxMs: ms(100) }]
      }),
    )
  }

  #notice({ peer, busy }: Plan, form: string, noticedNs: number): void {
    const us = Math.min(longestNoticeUs, Math.max(1, Math.round(noticedNs / 1000)))
    const who = peer === 'native' ? 'native' : 'foreign'
    // A loop that is blocked for 15 ms at a time is told so much later: that says nothing of its form.
    const groups = busy ? [`${who}: busy survivors`] : [`${who}: all forms`, `${who}: ${form}`]
    for (const name of groups) {
      let histogram = this.#notices.get(name)
      if (histogram === undefined) {
        histogram = hdr.build({ highestTrackableValue: longestNoticeUs, numberOfSignificantValueDigits: 3 })
        this.#notices.set(name, histogram)
      }
      histogram.recordValue(us)
    }
  }
}
