import { cpus, release } from 'node:os'
import type { TargetResult } from './tally.js'

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part / whole < 0.001 ? 3 : 1)} %`
}

function counts(title: string, table: Readonly<Record<string, number>>, whole: number): string[] {
  const rows = Object.entries(table)
  if (rows.length === 0) return []
  return [
    `  ${title}`,
    ...rows.map(([name, times]) => `    ${String(times).padStart(10)}  ${percent(times, whole).padStart(8)}  ${name}`),
  ]
}

function found(result: TargetResult, kind: string): number {
  return result.findings.reduce((sum, finding) => sum + (finding.kind === kind ? finding.times : 0), 0)
}

export function textOf(result: TargetResult): string {
  const { target, inputs, durationMs, outcomes, reasons, processes, residentMiB, note } = result
  const rate = Math.round((inputs / durationMs) * 1000)
  const total = Object.values(outcomes).reduce((sum, times) => sum + times, 0)
  return [
    `${target}: ${inputs} inputs in ${(durationMs / 1000).toFixed(1)} s (${rate}/s), ${found(result, 'crash')} crashes, ` +
      `${found(result, 'hang')} hangs, ${found(result, 'violation')} violations, ${found(result, 'leak')} leaks; ` +
      `${processes} live processes, ${residentMiB.first} → ${residentMiB.last} MiB`,
    ...counts('outcomes', outcomes, total),
    ...counts('why it was refused', reasons, total),
    ...(note === undefined ? [] : [`  ${note}`]),
  ].join('\n')
}

export function summaryOf(results: readonly TargetResult[], seed: number, interrupted: boolean) {
  const sum = (of: (result: TargetResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    seed,
    interrupted,
    node: process.version,
    kernel: release(),
    processor: cpus()[0]?.model ?? 'unknown',
    inputs: sum(({ inputs }) => inputs),
    durationMs: Math.round(sum(({ durationMs }) => durationMs)),
    crashes: sum((result) => found(result, 'crash')),
    hangs: sum((result) => found(result, 'hang')),
    violations: sum((result) => found(result, 'violation')),
    leaks: sum((result) => found(result, 'leak')),
    targets: results,
  }
}
