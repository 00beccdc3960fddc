import { cpus } from 'node:os'

let count: number | undefined

/**
 * Whether this machine has one processor, so that looking again and again can only keep the peer from running. Counts the
 * machine's processors, not those this process is pinned to: the peer may well run on another one.
 */
export function hasOneProcessor(): boolean {
  count ??= cpus().length
  return count === 1
}
