import { bind, lazily } from './library.js'

export const fcntl = lazily(() => ({
  open: bind<(path: string, flags: number, mode: number) => number>('open', 'int', ['str', 'int', 'uint']),
  fcntl: bind<(fd: number, command: number, argument: number) => number>('fcntl', 'int', ['int', 'int', 'long']),
  flock: bind<(fd: number, operation: number) => number>('flock', 'int', ['int', 'int']),
  fchmod: bind<(fd: number, mode: number) => number>('fchmod', 'int', ['int', 'uint']),
  /** Returns the error's number; errno stays as it was. */
  posix_fallocate: bind<(fd: number, offset: number, length: number) => number>('posix_fallocate', 'int', [
    'int',
    'int64',
    'int64',
  ]),
}))
