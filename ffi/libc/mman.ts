import { bind, bindFrom, type CType, lazily, type Pointer } from './library.js'

export const mman = lazily(() => ({
  mmap: bind<
    (address: bigint | null, length: number, protection: number, flags: number, fd: number, offset: number) => bigint
  >('mmap', 'void *', ['void *', 'size_t', 'int', 'int', 'int', 'int64']),
  munmap: bind<(address: bigint, length: number) => number>('munmap', 'int', ['void *', 'size_t']),
  madvise: bind<(address: bigint, length: number, advice: number) => number>('madvise', 'int', [
    'void *',
    'size_t',
    'int',
  ]),
  memfd_create: bind<(name: Pointer, flags: number) => number>('memfd_create', 'int', ['void *', 'uint']),
}))

/** glibc before 2.34 keeps these in librt. */
function bindShm<F extends (...parameters: never[]) => number>(name: string, parameters: readonly CType[]): F {
  try {
    return bind<F>(name, 'int', parameters)
  } catch {
    return bindFrom<F>('librt.so.1', name, 'int', parameters)
  }
}

export const shm = lazily(() => ({
  shm_open: bindShm<(name: string, flags: number, mode: number) => number>('shm_open', ['str', 'int', 'uint']),
  shm_unlink: bindShm<(name: string) => number>('shm_unlink', ['str']),
}))
