import { bind, lazily } from './library.js'

export const unistd = lazily(() => ({
  close: bind<(fd: number) => number>('close', 'int', ['int']),
  ftruncate: bind<(fd: number, length: number) => number>('ftruncate', 'int', ['int', 'int64']),
}))
