import { reasonOf } from './oracle.js'

/** One thing that went wrong, and how to see it again. */
export interface Finding {
  readonly target: string
  readonly kind: 'crash' | 'hang' | 'violation' | 'leak'
  readonly seed: number
  readonly index: number
  /** Concurrent writes took part: the same bytes come again, and the same moments need not. */
  readonly scheduleDependent: boolean
  readonly detail: string
  /** How many inputs showed the same; this one was the first. */
  times: number
}

/** What came of the inputs of one target. */
export interface TargetResult {
  readonly target: string
  readonly inputs: number
  readonly durationMs: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly reasons: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
  /** Live processes that were started, the first one included. */
  readonly processes: number
  readonly residentMiB: { readonly first: number; readonly last: number }
  readonly note?: string
}

/** Counts while a target runs. */
export class Tally {
  readonly target: string
  readonly seed: number
  readonly findings: Finding[] = []
  inputs = 0
  processes = 0
  residentMiB = { first: 0, last: 0 }
  note: string | undefined
  readonly #found = new Map<string, Finding>()
  readonly #outcomes = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  readonly #beganMs = performance.now()

  constructor(target: string, seed: number) {
    this.target = target
    this.seed = seed
  }

  count(outcome: string, times = 1): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + times)
  }

  because(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, times] of Object.entries(reasons)) {
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + times)
    }
  }

  /** The same thing found again is counted, and not said again. */
  find(kind: Finding['kind'], index: number, detail: string, scheduleDependent = false): void {
    this.count(kind)
    const key = `${kind} ${reasonOf(detail.split('\n', 1)[0])}`
    const known = this.#found.get(key)
    if (known !== undefined) {
      known.times++
      return
    }
    const { target, seed } = this
    const finding = { target, kind, seed, index, scheduleDependent, detail, times: 1 }
    this.#found.set(key, finding)
    this.findings.push(finding)
    const note = scheduleDependent ? '   (concurrent writes: the same bytes, not the same moments)' : ''
    process.stderr.write(
      `\n${kind} in ${target}, input ${index}: ${detail}\n  npm run fuzz -- --target ${target} --replay ${seed}:${index}${note}\n`,
    )
  }

  resident(mebibytes: number): void {
    if (this.residentMiB.first === 0) this.residentMiB.first = mebibytes
    this.residentMiB.last = mebibytes
  }

  get durationMs(): number {
    return performance.now() - this.#beganMs
  }

  result(): TargetResult {
    const { target, inputs, durationMs, findings, processes, residentMiB, note } = this
    const outcomes = sorted(this.#outcomes)
    const reasons = sorted(this.#reasons)
    return { target, inputs, durationMs, outcomes, reasons, findings, processes, residentMiB, ...(note && { note }) }
  }
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}
