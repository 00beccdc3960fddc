import { EAGAIN, LOCK_EX, LOCK_NB } from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { failureOf } from './system-call-error.js'

/**
 * Locks an open file for this descriptor alone, until it is closed or its process dies.
 * @returns false when another descriptor, be it of this process, has it locked
 * @throws SystemCallError
 */
export function lockFile(fd: number): boolean {
  if (fcntl().flock(fd, LOCK_EX | LOCK_NB) === 0) return true
  const failure = failureOf('flock', `of ${fd}`)
  if (failure.errno === EAGAIN) return false
  throw failure
}
