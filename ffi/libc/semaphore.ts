import { bind, lazily, type Pointer } from './library.js'

/** `gnu_get_libc_version` is here so that binding fails on C libraries whose semaphores have another layout and other names. */
export const semaphores = lazily(() => ({
  gnu_get_libc_version: bind<() => string>('gnu_get_libc_version', 'str', []),
  sem_open: bind<(name: string, flags: number, mode: number, value: number) => bigint | null>('sem_open', 'void *', [
    'str',
    'int',
    'uint',
    'uint',
  ]),
  sem_close: bind<(semaphore: bigint) => number>('sem_close', 'int', ['void *']),
  sem_unlink: bind<(name: string) => number>('sem_unlink', 'int', ['str']),
  sem_trywait: bind<(semaphore: bigint) => number>('sem_trywait', 'int', ['void *']),
  sem_post: bind<(semaphore: bigint) => number>('sem_post', 'int', ['void *']),
  sem_init: bind<(semaphore: Pointer, shared: number, value: number) => number>('sem_init', 'int', [
    'void *',
    'int',
    'uint',
  ]),
}))
