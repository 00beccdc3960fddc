import { FileDescriptor } from './file-descriptor.js'
import { EAGAIN, EINVAL, LOCK_EX, LOCK_NB, O_CLOEXEC, O_DIRECTORY, O_RDONLY } from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/**
 * A lock on a directory that leaves no file behind, and is given up when its descriptor is closed or its process dies.
 * @returns undefined when somebody else, another part of this process included, holds it
 * @throws SystemCallError ENOENT, ENOTDIR, EACCES (it takes the permission to list the directory) …
 */
export function lockDirectory(path: string): FileDescriptor | undefined {
  if (path.includes('\0')) throw new SystemCallError('open', EINVAL, 'a path with a zero byte')
  const fd = fcntl().open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
  if (fd === -1) throw failureOf('open', path)
  if (fcntl().flock(fd, LOCK_EX | LOCK_NB) === 0) return new FileDescriptor(fd)
  const failure = failureOf('flock', path)
  new FileDescriptor(fd).close()
  if (failure.errno === EAGAIN) return undefined
  throw failure
}
