import { findLeftovers, type Leftover } from '../rpc.js'
import type { Output } from './output.js'

export interface CleanSettings {
  readonly remove: boolean
  /** An object a line instead of words. */
  readonly json: boolean
}

/** Prints what was left behind, a line each, and removes it when that was asked for. */
export async function clean(
  places: readonly string[],
  { remove, json }: CleanSettings,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  for (const leftover of await findLeftovers(places)) {
    signal.throwIfAborted()
    const removed = remove && (await leftover.remove())
    const line = json ? jsonLine(leftover, removed) : textLine(leftover, remove, removed)
    await output.write(Buffer.from(`${line}\n`))
  }
}

function jsonLine({ kind, name, files }: Leftover, removed: boolean): string {
  return JSON.stringify({ kind, name, files, removed })
}

function textLine({ kind, name, files }: Leftover, remove: boolean, removed: boolean): string {
  const what = kind === 'socket' ? `dead socket ${name}` : `dead bridge ${name} (${files.length} files in /dev/shm)`
  const done = !remove ? '' : removed ? 'removed ' : 'left alone, in use again: '
  return `${done}${what}`.replace(/\p{Cc}+/gu, ' ')
}
