import { RingwayError } from '../../src/errors.js'

/** An error by its code, where it is one of ringway's; the whole of it otherwise. */
export function codeOf(error: unknown): string {
  if (error instanceof RingwayError) return error.code
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
