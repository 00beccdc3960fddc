import { SEEK_END } from './libc/constants.js'
import { unistd } from './libc/unistd.js'
import { failureOf } from './system-call-error.js'

/**
 * How long a file is, for paths that ask often: a quarter of the cost of `fileLength`, and nothing is allocated. Moves the
 * position of the descriptor to the end. @throws SystemCallError
 */
export function fileEnd(fd: number): number {
  const end = unistd().lseek(fd, 0, SEEK_END)
  if (end === -1) throw failureOf('lseek', `of ${fd}`)
  return end
}
