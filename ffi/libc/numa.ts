import { bind, lazily, type Pointer } from './library.js'

/** mbind(2) without libnuma: `syscall` with its parameters. */
export const numa = lazily(() => ({
  mbind: bind<
    (
      number: number,
      address: bigint,
      length: number,
      mode: number,
      nodeMask: Pointer,
      maxNode: number,
      flags: number,
    ) => number
  >('syscall', 'long', ['long', 'uint64', 'size_t', 'int', 'void *', 'ulong', 'uint']),
}))
