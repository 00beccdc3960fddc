import type { Outcome } from './check.js'

/** What a search printed, as far as it matters. */
export interface Finding {
  readonly found: Outcome | 'something else'
  /** What pan says of the error. */
  readonly error: string | undefined
  /** Every state was visited, or an error found. */
  readonly complete: boolean
  readonly states: number
  readonly depth: number
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN)
}

function outcomeOf(error: string): Finding['found'] {
  if (error.startsWith('invalid end state')) return 'deadlock'
  if (error.startsWith('assertion violated')) return 'assertion'
  if (error.startsWith('non-progress cycle')) return 'endless run'
  return 'something else'
}

/** Reads the output of a verifier that spin made. Whatever is not understood is not a complete search. */
export function readFinding(output: string): Finding {
  const errors = numberIn(output, /errors: (\d+)/)
  const states = numberIn(output, /^\s*(\d\S*) states, stored/m)
  const depth = numberIn(output, /depth reached (\d+)/)
  const error = /^pan:\d+: (.*) \(at depth \d+\)$/m.exec(output)?.[1]
  const cutShort = /Search not completed|max search depth too small|out of memory|reached -DMEMLIM|hash table full/
  const searched = Number.isFinite(states) && Number.isFinite(depth)
  if (error !== undefined && errors > 0) return { found: outcomeOf(error), error, complete: searched, states, depth }
  const complete = searched && errors === 0 && !cutShort.test(output)
  return { found: complete ? 'nothing' : 'something else', error: undefined, complete, states, depth }
}
