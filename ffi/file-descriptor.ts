import { EBADF, F_DUPFD_CLOEXEC } from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { errno } from './libc/library.js'
import { unistd } from './libc/unistd.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** A descriptor with one owner, who closes it once or gives it up. */
export class FileDescriptor implements Disposable {
  /** The number, or -1 once it is closed or released, so that a late use fails with EBADF and hits nobody else's file. */
  #fd: number

  /** @param fd an open descriptor, which belongs to this object from now on */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** A second number for the same open file. @throws SystemCallError EMFILE, EBADF */
  static duplicateOf(fd: number): FileDescriptor {
    const duplicate = fcntl().fcntl(fd, F_DUPFD_CLOEXEC, 0)
    if (duplicate === -1) throw failureOf('fcntl', `F_DUPFD_CLOEXEC of ${fd}`)
    return new FileDescriptor(duplicate)
  }

  get fd(): number {
    return this.#fd
  }

  get closed(): boolean {
    return this.#fd === -1
  }

  /** Again, or after `release`: nothing. @throws SystemCallError EBADF when someone else closed the number */
  close(): void {
    const fd = this.release()
    if (fd === -1) return
    // Every other error (EINTR among them) leaves the number closed on Linux, and there is nothing to be done about it.
    if (unistd().close(fd) === -1 && errno() === EBADF) throw new SystemCallError('close', EBADF, `of ${fd}`)
  }

  /** Gives up ownership. @returns the number, for the caller to close; -1 when it was closed or released already */
  release(): number {
    const fd = this.#fd
    this.#fd = -1
    return fd
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
