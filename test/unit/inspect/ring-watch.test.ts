import { describe, expect, it } from 'vitest'
import { RingWatch } from '../../../src/inspect/ring-watch.js'

describe('RingWatch', () => {
  it('tells how fast both positions moved since the last look, and since when they stand', () => {
    const watch = new RingWatch()
    expect(watch.see({ head: 100n, tail: 0n }, 0)).toEqual({
      producedBytesPerSecond: null,
      consumedBytesPerSecond: null,
      idleMs: null,
    })
    expect(watch.see({ head: 1124n, tail: 512n }, 500)).toEqual({
      producedBytesPerSecond: 2048,
      consumedBytesPerSecond: 1024,
      idleMs: 0,
    })
    expect(watch.see({ head: 1124n, tail: 512n }, 1500)).toEqual({
      producedBytesPerSecond: 0,
      consumedBytesPerSecond: 0,
      idleMs: 1000,
    })
  })

  it('counts beyond 2^32', () => {
    const watch = new RingWatch()
    watch.see({ head: 2n ** 32n - 64n, tail: 0n }, 0)
    expect(watch.see({ head: 2n ** 32n + 64n, tail: 0n }, 1000).producedBytesPerSecond).toBe(128)
  })

  it('tells no rate of a position that a peer scribbled over', () => {
    const watch = new RingWatch()
    watch.see({ head: 1000n, tail: 0n }, 0)
    expect(watch.see({ head: 10n, tail: 2n ** 63n }, 1000)).toMatchObject({
      producedBytesPerSecond: null,
      consumedBytesPerSecond: null,
    })
  })
})
