import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FutexWatcher, NamedSemaphore, SemaphoreWatch, unlinkNamedSemaphore } from '../../../ffi/index.js'
import { viewOf } from '../../../ffi/libc/library.js'

const name = `ringway-test-${process.pid}`

afterEach(() => {
  unlinkNamedSemaphore(name)
})

function waitersOf(semaphore: NamedSemaphore): number {
  return new Int32Array(viewOf(semaphore.valueAddress, 8))[1] ?? -1
}

describe.each([
  ['by a thread', true],
  ['by a timer', false],
])('SemaphoreWatch, %s', (_how, useThread) => {
  const watcher = new FutexWatcher({ useThread, idleMs: 50 })

  it('tells once of a post, and takes nothing', async () => {
    using semaphore = NamedSemaphore.create(name, 0)
    const watch = new SemaphoreWatch(semaphore, watcher)
    const wake = vi.fn()
    watch.arm(wake)
    await delay(50)
    expect(wake).not.toHaveBeenCalled()
    expect(waitersOf(semaphore)).toBe(1)
    semaphore.post()
    await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1))
    semaphore.post()
    await delay(50)
    expect(wake).toHaveBeenCalledTimes(1)
    expect(waitersOf(semaphore)).toBe(0)
    expect(semaphore.value()).toBe(2)
    await watch.close()
  })

  it('tells of what was there before', async () => {
    using semaphore = NamedSemaphore.create(name, 1)
    const watch = new SemaphoreWatch(semaphore, watcher)
    await new Promise<void>((resolve) => watch.arm(resolve))
    await watch.close()
  })

  it('is silent once disarmed, and no waiter any more', async () => {
    using semaphore = NamedSemaphore.create(name, 0)
    const watch = new SemaphoreWatch(semaphore, watcher)
    const wake = vi.fn()
    watch.arm(wake)
    watch.disarm()
    watch.disarm()
    semaphore.post()
    await delay(50)
    expect(wake).not.toHaveBeenCalled()
    expect(waitersOf(semaphore)).toBe(0)
    await watch.close()
  })

  it('loses no post of a thousand', async () => {
    using semaphore = NamedSemaphore.create(name, 0)
    const watch = new SemaphoreWatch(semaphore, watcher)
    let taken = 0
    for (let posts = 0; posts < 1000; posts++) {
      const woken = new Promise<void>((resolve) => watch.arm(resolve))
      if (posts % 3 === 0) await new Promise(setImmediate)
      semaphore.post()
      await woken
      if (semaphore.tryWait()) taken++
    }
    expect(taken).toBe(1000)
    await watch.close()
  })
})
