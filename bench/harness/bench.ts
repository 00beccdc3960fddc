import { cpus, release } from 'node:os'
import type { Pair } from './pair.js'
import type { Progress } from './progress.js'
import type { Scratch } from './scratch.js'

/** What a bench is given. */
export interface Conditions {
  /** For the near and the far side. */
  readonly processors: readonly [number, number]
  readonly scratch: Scratch
  readonly progress: Progress
  /** A few seconds for all benches together: to see that they run, not how fast. */
  readonly smoke: boolean
}

/** What a bench found: a text for people, and the same for programs. */
export interface Findings {
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export interface Bench {
  /** What it measures, in a sentence. */
  readonly purpose: string
  /** Its sides spin: on one processor each would keep the other from running. */
  readonly needsTwoProcessors: boolean
  readonly run: (conditions: Conditions) => Promise<Findings>
}

/** The machine, as far as it matters to whoever reads the figures later. */
export function machine(): Record<string, unknown> {
  const processors = cpus()
  return {
    node: process.version,
    kernel: release(),
    arch: process.arch,
    processor: processors[0]?.model.trim() ?? 'unknown',
    processorCount: processors.length,
  }
}

export interface Rounds {
  readonly warmUps: number
  readonly rounds: number
}

/** Runs `measure` for `rounds` rounds, after `warmUps` rounds whose results are dropped. */
export async function interleave(
  { progress }: Conditions,
  what: string,
  { warmUps, rounds }: Rounds,
  measure: (round: number) => Promise<void>,
): Promise<void> {
  for (let round = -warmUps; round < rounds; round++) {
    progress.show(round < 0 ? `${what}: warming up` : `${what}: round ${round + 1} of ${rounds}`)
    await measure(round)
  }
  progress.clear()
}

export async function closeAll(pairs: readonly Pair[]): Promise<void> {
  await Promise.all(pairs.map((pair) => pair.close()))
}
