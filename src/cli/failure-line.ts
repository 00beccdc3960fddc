import { CommanderError } from 'commander'
import { Interruption } from './interruption.js'
import { OutputClosed } from './output.js'
import { ProblemsFound } from './problems-found.js'

/** What stderr gets of an error, in one line; undefined where silence is right, or commander has spoken. */
export function failureLine(error: unknown): string | undefined {
  const isTold = [Interruption, OutputClosed, ProblemsFound, CommanderError].some((kind) => error instanceof kind)
  if (isTold) return undefined
  return `ringway: ${describeError(error)}\n`
}

/** `CODE: message`, without line breaks: paths may have some. */
export function describeError(error: unknown): string {
  const { code, name, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
  const label = code ?? name
  // Node's own errors of the system begin with their code already.
  const text = message.startsWith(`${label}: `) ? message : `${label}: ${message}`
  return text.replace(/\p{Cc}+/gu, ' ')
}
