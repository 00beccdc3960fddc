import { bind, lazily } from './library.js'

/** pidfd_open(2), which glibc wraps only since 2.36: `syscall` with its parameters. */
export const pidfd = lazily(() => ({
  pidfd_open: bind<(number: number, pid: number, flags: number) => number>('syscall', 'long', ['long', 'int', 'uint']),
}))
