import { table } from '../../bench/harness/table.js'
import type { Counts, Summary } from './summary.js'

const columns = [
  'rounds',
  'published',
  'delivered',
  'unread',
  'inHand',
  'lost',
  'duplicated',
  'reordered',
  'torn',
  'hangs',
  'wrong',
  'leaks',
] as const satisfies readonly (keyof Counts)[]

function cells(counts: Counts): string[] {
  return columns.map((column) => String(counts[column]))
}

/** The summary for people. */
export function reportText(summary: Summary, seed: number, seconds: number): string {
  const rows = [...summary.cases].sort(([a], [b]) => (a < b ? -1 : 1))
  const all: [string, Counts] = ['all', summary.total]
  const cases = table(
    ['', ...columns.map((column) => (column === 'inHand' ? 'in hand' : column))],
    [...rows, all].map(([name, counts]) => [name, ...cells(counts)]),
  )
  const notices = table(
    ['noticed after (ms)', 'kills', 'p50', 'p99', 'max'],
    [...summary.notices].map(([form, { count, p50Ms, p99Ms, maxMs }]) => [
      form,
      String(count),
      ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)),
    ]),
  )
  const moments = [...summary.moments].sort().map(([moment, rounds]) => `${moment} ${rounds}`)
  const failures = summary.failures.map(
    ({ round, what }) =>
      `round ${round}: ${what.join('; ')}\n  repeat it: npm run campaign -- --seed ${seed} --round ${round}`,
  )
  const verdict = summary.failed
    ? `${failures.join('\n')}\n\nFAILED: ${summary.failures.length} rounds`
    : 'Nothing wrong.'
  return `${cases}\n\nkilled in: ${moments.join(', ')}\n\n${notices}\n\n${verdict} Seed ${seed}, ${summary.total.rounds} rounds in ${seconds.toFixed(1)} s.\n`
}

/** The same for programs. */
export function reportJson(summary: Summary, seed: number, seconds: number): string {
  return JSON.stringify({
    seed,
    seconds,
    node: process.versions.node,
    ...summary.total,
    cases: Object.fromEntries(summary.cases),
    moments: Object.fromEntries(summary.moments),
    noticedMs: Object.fromEntries(summary.notices),
    failures: summary.failures,
  })
}
