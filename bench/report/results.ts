import type { IdleOutcome } from './idleness.js'
import type { Outcome } from './outcome.js'

/** All that a run measured. */
export class Results {
  readonly #outcomes: ReadonlyMap<string, Outcome>
  readonly idle: readonly IdleOutcome[]

  constructor(outcomes: ReadonlyMap<string, Outcome>, idle: readonly IdleOutcome[]) {
    this.#outcomes = outcomes
    this.idle = idle
  }

  of(id: string): Outcome {
    const outcome = this.#outcomes.get(id)
    if (outcome === undefined) throw new Error(`${id} was not measured`)
    return outcome
  }
}
