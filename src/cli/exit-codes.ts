import { CommanderError } from 'commander'
import { ErrorCode, RingwayError } from '../errors.js'
import { Interruption } from './interruption.js'
import { OutputClosed } from './output.js'

/** What the program's end says to a shell. A stop signal ends it with 128 and the signal's number. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
} as const

export const exitCodeHelp = `
Exit codes:
  0    done; or whoever read the output has left
  1    failed; stderr says why in one line, with a code
  2    the command line is wrong
  130  stopped by Ctrl-C (143: by SIGTERM, 129: by SIGHUP)`

/** Refusals of what was typed, rather than of what was found. */
const usageErrors: readonly string[] = [
  ErrorCode.invalidArgument,
  ErrorCode.invalidCapacity,
  ErrorCode.pathTooLong,
] satisfies ErrorCode[]

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.exitCode
  if (error instanceof OutputClosed) return exitCodes.ok
  // Help and version that were asked for are errors to commander too, with the code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof RingwayError && usageErrors.includes(error.code)) return exitCodes.usage
  return exitCodes.failure
}
