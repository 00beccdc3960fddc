import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import { type Child, type ChildOptions, spawnChild, spawnProgram } from './child.js'

const bundle = fileURLToPath(new URL('../../.build/test/process/children/ringway.js', import.meta.url))

/** Starts the command line in a process of its own. */
export function ringway(...args: readonly string[]): Child {
  return spawnChild('ringway', args)
}

/**
 * Runs a shell script in which `ringway` is the command line, and `$1`, `$2` … are the arguments. A shell that is killed
 * does not take its children along, so scripts say how long they listen at most.
 */
export function shell(script: string, args: readonly string[], options: ChildOptions = {}): Child {
  const command = `ringway() { "$NODE" "$RINGWAY" "$@"; }\n${script}`
  const env = { ...options.env, NODE: process.execPath, RINGWAY: bundle }
  return spawnProgram('sh', ['-c', command, 'sh', ...args], { ...options, env })
}

const patience = { timeout: 20_000, interval: 5 }

/** Resolves when somebody listens on the path. */
export async function listening(path: string): Promise<void> {
  await vi.waitUntil(() => existsSync(path), patience)
}

/** Resolves when this holds. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, patience)
}

/** The one line of stderr that a failure is told in. */
export function failure(code: string): RegExp {
  return new RegExp(`^ringway: ${code}: [^\\n]+\\n$`)
}
