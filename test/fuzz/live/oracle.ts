import { ErrorCode, RingwayError } from '../../../src/errors.js'

/** The live process did what it must not do, although it neither crashed nor hung. */
export class Violation extends Error {}

export const outcomeAccepted = 1
export const outcomeViolation = 1000
const codes: readonly string[] = Object.values(ErrorCode)

export function outcomeOf(error: unknown, expected: ReadonlySet<string>): number {
  if (!(error instanceof RingwayError)) return outcomeViolation
  const at = codes.indexOf(error.code)
  return at < 0 || !expected.has(error.code) ? outcomeViolation : at + 2
}

export function outcomeName(outcome: number): string {
  if (outcome === outcomeAccepted) return 'accepted'
  return codes[outcome - 2] ?? 'violation'
}

/** An error's message without its numbers: what kind of finding it is. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message
    .replace(/0x[0-9a-f]+/g, '#')
    .replace(/-?\d+/g, '#')
    .slice(0, 110)
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
