import type { Counts, Litmus, Variant } from './litmus.js'
import type { Ending, Verdict } from './verdict.js'

/** One variant, run and judged. */
export interface Finding {
  readonly litmus: Litmus
  readonly variant: Variant
  readonly ending: Ending
  readonly verdict: Verdict
}

/** `fresh 1 204 331, stale 0`; outcomes that were not seen are left out unless they are what was looked for. */
export function describeCounts(counts: Counts, looked: readonly string[]): string {
  return Object.entries(counts)
    .filter(([name, count]) => count > 0 || (looked.includes(name) && !name.includes(':')))
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(', ')
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
}

export function describeEnding(ending: Ending, looked: readonly string[]): string {
  if (ending.kind === 'finished') return describeCounts(ending.counts, looked)
  return ending.kind === 'died' ? 'its process died' : ''
}

/** A line for each variant, under the test that it is of. */
export function findingsText(findings: readonly Finding[]): string {
  const nameWidth = Math.max(...findings.map(({ variant }) => variant.name.length))
  const kindWidth = Math.max(...findings.map(({ variant }) => variant.kind.length))
  const verdictWidth = Math.max(...findings.map(({ verdict }) => verdict.text.length))
  const lineOf = ({ variant, verdict, ending }: Finding): string =>
    [
      `  ${variant.name.padEnd(nameWidth)}`,
      variant.kind.padEnd(kindWidth),
      verdict.text.padEnd(verdictWidth),
      describeEnding(ending, variant.errors),
    ]
      .join('  ')
      .trimEnd()
  const tests = new Set(findings.map(({ litmus }) => litmus))
  return [...tests]
    .map((test) => [test.name, ...findings.filter(({ litmus }) => litmus === test).map(lineOf)].join('\n'))
    .join('\n')
}

export function findingsJson(findings: readonly Finding[]): unknown[] {
  return findings.map(({ litmus, variant, ending, verdict }) => ({
    test: litmus.name,
    variant: variant.name,
    between: litmus.between,
    kind: variant.kind,
    errors: variant.errors,
    ending,
    verdict: verdict.text,
    failed: verdict.failed,
  }))
}
