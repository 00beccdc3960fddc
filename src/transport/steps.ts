/**
 * What a handshake waits for: `fd` becoming readable (left out: nothing but time), until `untilMs` on the clock of
 * `now()`. Whoever resumes it early, or late, does no harm: each step looks again by itself.
 */
export interface Wait {
  readonly fd?: number
  readonly untilMs: number
}

/** An algorithm that waits, without saying how: `runSync` blocks the thread between steps, `runAsync` returns to the loop. */
export type Steps<Result> = Generator<Wait, Result, void>

/** Milliseconds on a clock that nobody sets. */
export function now(): number {
  return performance.now()
}
