import { FileDescriptor } from './file-descriptor.js'
import { EINVAL, ESRCH, SO_PEERPIDFD, SOL_SOCKET, SYS_pidfd_open } from './libc/constants.js'
import { errno } from './libc/library.js'
import { pidfd } from './libc/pidfd.js'
import { sockets } from './libc/socket.js'
import { pollReadable } from './poll.js'
import { peerCredentials } from './unix-socket.js'

/** A process, held in a way that its number's next owner cannot be taken for it (a pidfd). */
export class ProcessHandle implements Disposable {
  /** Undefined: the process was gone before we could hold it. */
  readonly #descriptor: FileDescriptor | undefined
  #exited: boolean

  private constructor(descriptor: FileDescriptor | undefined) {
    this.#descriptor = descriptor
    this.#exited = descriptor === undefined
  }

  /**
   * The process at the other end of a connected Unix socket, as of when it connected or listened. One that is gone already
   * has a handle too, and it says so.
   * @returns undefined when the kernel cannot tell: one before 5.3, or a peer that this pid namespace does not show
   */
  static ofSocketPeer(fd: number): ProcessHandle | undefined {
    const value = new Int32Array([-1])
    const length = new Uint32Array([value.byteLength])
    if (sockets().getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, value, length) === 0) {
      return new ProcessHandle(new FileDescriptor(value[0] ?? -1))
    }
    const code = errno()
    // Kernels from 6.5 on know the option, and some of them refuse it so for a process that has been reaped.
    if (code === ESRCH || code === EINVAL) return new ProcessHandle(undefined)
    const { pid } = peerCredentials(fd)
    return pid === 0 ? undefined : ProcessHandle.#openOrGone(pid)
  }

  /** @returns undefined when there is no such process, or the kernel has no pidfds */
  static open(pid: number): ProcessHandle | undefined {
    const handle = ProcessHandle.#openOrGone(pid)
    return handle?.exited() === true && handle.#descriptor === undefined ? undefined : handle
  }

  static #openOrGone(pid: number): ProcessHandle | undefined {
    const fd = pidfd().pidfd_open(SYS_pidfd_open, pid, 0)
    if (fd !== -1) return new ProcessHandle(new FileDescriptor(fd))
    return errno() === ESRCH ? new ProcessHandle(undefined) : undefined
  }

  /** Whether the process has ended, reaped or not. About 0.5 µs. After `close`: what was known by then. */
  exited(): boolean {
    if (!this.#exited && this.#descriptor?.closed === false) this.#exited = pollReadable(this.#descriptor.fd, 0)
    return this.#exited
  }

  close(): void {
    this.#descriptor?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** Whether a connected Unix socket tells its peer's process itself (6.5 and later), rather than by a number only. */
export function hasPeerPidfd(fd: number): boolean {
  const value = new Int32Array([-1])
  const length = new Uint32Array([value.byteLength])
  if (sockets().getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, value, length) !== 0) return false
  new FileDescriptor(value[0] ?? -1).close()
  return true
}
