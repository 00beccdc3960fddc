import { bind, lazily, type Pointer } from './library.js'

export const pollCalls = lazily(() => ({
  poll: bind<(descriptors: Pointer, count: number, timeoutMs: number) => number>('poll', 'int', [
    'void *',
    'ulong',
    'int',
  ]),
}))
