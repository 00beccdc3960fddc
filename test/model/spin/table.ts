import type { Outcome } from './check.js'
import type { Result } from './spin.js'

const columns = ['check', 'memory', 'states', 'depth', 'seconds', 'expected', 'found', ''] as const

function cells({ check, states, depth, seconds, found, asExpected, complete }: Result): string[] {
  const verdict = asExpected ? 'ok' : complete ? 'NOT AS EXPECTED' : 'NOT COMPLETE'
  const { name, memory, expected } = check
  return [name, memory, grouped(states), grouped(depth), seconds.toFixed(1), told(expected), told(found), verdict]
}

function told(outcome: Outcome | 'something else'): string {
  return outcome === 'nothing' ? 'no error' : outcome
}

function grouped(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', ' ')
}

/** One line a check; numbers to the right. */
export function table(results: readonly Result[]): string {
  const rows = [[...columns], ...results.map(cells)]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  const isNumber = (column: number) => column >= 2 && column <= 4
  return rows
    .map((row) =>
      row
        .map((cell, at) => (isNumber(at) ? cell.padStart(widths[at] as number) : cell.padEnd(widths[at] as number)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** How an error comes about. */
export function story({ check, trace, error }: Result): string {
  return [`${check.name}: ${check.what}`, ...trace.map((line) => `  ${line}`), `  => ${error}`].join('\n')
}
