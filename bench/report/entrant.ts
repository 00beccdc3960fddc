import type { TaskInput } from '../harness/channel.js'
import type { SeriesRole } from './report.js'

/** One way to exchange messages, in one situation: once in every round it runs one task for a short time. */
export interface Entrant {
  /** Charts that name the same one share what it measured. */
  readonly id: string
  readonly name: string
  readonly role: SeriesRole
  readonly contender: string
  /** Entrants of one station have their pair of sides in common; without one, a pair of its own. */
  readonly station?: string
  /** Both sides on the near side's processor. */
  readonly oneProcessor?: boolean
  readonly task: string
  readonly input: TaskInput
  /** What the task answers with: see `outcome.ts`. */
  readonly answer: 'durations' | 'batches' | 'moments' | 'copies'
  /** A task that compares every byte of each message, before the first and after the last round. */
  readonly check: { readonly task: string; readonly count: number }
}

export function stationOf({ id, station = id }: Entrant): string {
  return station
}

/** Many messages under way, so that what a single one takes does not show. */
export function isStream({ answer }: Entrant): boolean {
  return answer === 'moments' || answer === 'copies'
}

/** A twentieth of what it does in a real run. */
export function shortened(entrant: Entrant): Entrant {
  const { count, batches, dropped = 0 } = entrant.input
  const input = { ...entrant.input, count: dropped + Math.ceil((count - dropped) / 20) }
  const check = { ...entrant.check, count: Math.ceil(entrant.check.count / 10) }
  return { ...entrant, input: batches === undefined ? input : { ...input, count, batches: 3 }, check }
}

/** Round trips that are timed one by one. */
export function timed(
  entrant: Omit<Entrant, 'role' | 'input' | 'answer' | 'check'> & {
    readonly count: number
    /** Before those that count, while caches and branch predictors warm up. */
    readonly dropped?: number
    readonly role?: SeriesRole
    readonly ms?: number
    readonly checkedBy?: string
  },
): Entrant {
  const { count, dropped = 0, ms, role = 'rival', checkedBy = entrant.task, ...rest } = entrant
  const input = { count: count + dropped, dropped, histogram: true }
  return {
    ...rest,
    role,
    input: ms === undefined ? input : { ...input, ms },
    answer: 'durations',
    check: { task: checkedBy, count: 500 },
  }
}
