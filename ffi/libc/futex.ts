import { bind, lazily, type Pointer } from './library.js'

/** libc has no wrappers for these: each is `syscall` with the parameters of one use, which is cheaper than passing all six. */
export const futexCalls = lazily(() => ({
  wait: bind<(number: number, address: bigint, operation: number, expected: number, timeout: Pointer) => number>(
    'syscall',
    'long',
    ['long', 'uint64', 'int', 'uint', 'void *'],
  ),
  wake: bind<(number: number, address: bigint, operation: number, count: number) => number>('syscall', 'long', [
    'long',
    'uint64',
    'int',
    'uint',
  ]),
  waitv: bind<
    (number: number, waiters: Pointer, count: number, flags: number, timeout: Pointer, clock: number) => number
  >('syscall', 'long', ['long', 'void *', 'uint', 'uint', 'void *', 'int']),
}))
