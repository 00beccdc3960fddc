import { bind, lazily } from './library.js'

export const unistd = lazily(() => ({
  close: bind<(fd: number) => number>('close', 'int', ['int']),
  lseek: bind<(fd: number, offset: number, whence: number) => number>('lseek', 'int64', ['int', 'int64', 'int']),
  ftruncate: bind<(fd: number, length: number) => number>('ftruncate', 'int', ['int', 'int64']),
}))
