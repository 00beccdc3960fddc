import { bind, lazily, type Pointer } from './library.js'

export const sched = lazily(() => ({
  sched_yield: bind<() => number>('sched_yield', 'int', []),
  sched_setaffinity: bind<(tid: number, lengthBytes: number, mask: Pointer) => number>('sched_setaffinity', 'int', [
    'int',
    'size_t',
    'void *',
  ]),
  sched_getaffinity: bind<(tid: number, lengthBytes: number, mask: Pointer) => number>('sched_getaffinity', 'int', [
    'int',
    'size_t',
    'void *',
  ]),
}))
