import { unlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type FileDescriptor, lockDirectory } from '../../ffi/index.js'
import { namedMemoryFolder } from './bridge-names.js'
import { errnoName, orFail } from './system-failure.js'

/** Between making its memory and mapping it, a server cannot be seen to live. */
export const youngMs = 1000
/** Far longer than anybody holds the lock. */
export const lockPatienceMs = 5000
const retryMs = 5

/**
 * Bridges come and go, each under this lock for a moment: two programs must not remove each other's names.
 * @returns undefined when somebody else had it all the time
 */
export async function lockBridgeNames(): Promise<FileDescriptor | undefined> {
  const deadlineMs = performance.now() + lockPatienceMs
  while (performance.now() <= deadlineMs) {
    const lock = orFail(`lock ${namedMemoryFolder}`, () => lockDirectory(namedMemoryFolder))
    if (lock !== undefined) return lock
    await delay(retryMs)
  }
  return undefined
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errnoName(error) !== 'ENOENT') throw error
  }
}
