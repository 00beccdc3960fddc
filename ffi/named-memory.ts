import { FileDescriptor } from './file-descriptor.js'
import { EINVAL, ENOENT, O_CREAT, O_EXCL, O_RDWR } from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { errno } from './libc/library.js'
import { shm } from './libc/mman.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** POSIX wants one leading slash; callers may leave it out. */
function shmName(syscall: string, name: string): string {
  const bare = name.startsWith('/') ? name.slice(1) : name
  if (bare === '' || bare === '.' || bare === '..' || bare.includes('/') || bare.includes('\0')) {
    throw new SystemCallError(syscall, EINVAL, `${JSON.stringify(name)} (a name without slashes)`)
  }
  return `/${bare}`
}

/**
 * Shared memory that others find by name until it is unlinked: zeros, mode 0600. Every byte has its memory from the start,
 * because the system's store of named memory may be small, and touching what it cannot provide would kill the process.
 * Takes about 0.3 ms a MiB.
 * @throws SystemCallError EEXIST, ENOSPC, EINVAL for a name with a slash in it …
 */
export function createNamedMemory(name: string, lengthBytes: number): FileDescriptor {
  const path = shmName('shm_open', name)
  const fd = shm().shm_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  if (fd === -1) throw failureOf('shm_open', path)
  const memory = new FileDescriptor(fd)
  try {
    if (fcntl().fchmod(fd, 0o600) === -1) throw failureOf('fchmod', path)
    const code = fcntl().posix_fallocate(fd, 0, lengthBytes)
    if (code !== 0) throw new SystemCallError('posix_fallocate', code, `of ${lengthBytes} bytes for ${path}`)
    return memory
  } catch (error) {
    memory.close()
    shm().shm_unlink(path)
    throw error
  }
}

/** To read and to write. Its length is whatever its owner makes it: check it before mapping. @throws SystemCallError */
export function openNamedMemory(name: string): FileDescriptor {
  const path = shmName('shm_open', name)
  // CLOEXEC and not following links are what shm_open does by itself.
  const fd = shm().shm_open(path, O_RDWR, 0)
  if (fd === -1) throw failureOf('shm_open', path)
  return new FileDescriptor(fd)
}

/** @returns whether there was one. @throws SystemCallError */
export function unlinkNamedMemory(name: string): boolean {
  const path = shmName('shm_unlink', name)
  if (shm().shm_unlink(path) === 0) return true
  const code = errno()
  if (code === ENOENT) return false
  throw new SystemCallError('shm_unlink', code, path)
}
