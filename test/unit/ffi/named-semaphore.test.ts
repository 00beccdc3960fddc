import { once } from 'node:events'
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NamedSemaphore, SEMAPHORE_BYTES, SystemCallError, unlinkNamedSemaphore } from '../../../ffi/index.js'
import { koffiPath, viewOf } from '../../../ffi/libc/library.js'
import { mappedRanges } from '../../support/process-resources.js'

const name = `ringway-test-${process.pid}`

/** A thread that calls the C library itself, as other programs do. Resolves when it has ended. */
function libcThread(semaphore: NamedSemaphore, script: string): Promise<unknown> {
  const text = `
    const { path, address } = require('node:worker_threads').workerData
    const libc = require(path).load(null)
    const call = (name) => libc.func(name, 'int', ['uint64'])(address)
    ${script}`
  const workerData = { path: koffiPath(), address: semaphore.valueAddress }
  return once(new Worker(text, { eval: true, workerData }), 'exit')
}

const codeOf = (action: () => unknown) => {
  try {
    action()
  } catch (error) {
    if (error instanceof SystemCallError) return error.code
    throw error
  }
  return undefined
}

afterEach(() => {
  unlinkNamedSemaphore(name)
  expect(mappedRanges().filter(({ file }) => file.includes(name))).toEqual([])
})

describe('NamedSemaphore', () => {
  it('is one count for all who open it, with or without the slash', () => {
    using made = NamedSemaphore.create(name, 1)
    using opened = NamedSemaphore.open(`/${name}`)
    expect(opened.value()).toBe(1)
    expect(opened.tryWait()).toBe(true)
    expect(made.tryWait()).toBe(false)
    made.post()
    made.post()
    expect(opened.value()).toBe(2)
  })

  it('is a file of its size that only this user may touch', () => {
    using _made = NamedSemaphore.create(name, 1)
    const { mode, size } = statSync(`/dev/shm/sem.${name}`)
    expect([mode & 0o777, size]).toEqual([0o600, SEMAPHORE_BYTES])
  })

  it('tells why there is none', () => {
    expect(codeOf(() => NamedSemaphore.open(name))).toBe('ENOENT')
    using _made = NamedSemaphore.create(name, 0)
    expect(codeOf(() => NamedSemaphore.create(name, 0))).toBe('EEXIST')
    expect(codeOf(() => NamedSemaphore.open('a/b'))).toBe('EINVAL')
    expect(codeOf(() => NamedSemaphore.open('a\0b'))).toBe('EINVAL')
    expect(codeOf(() => NamedSemaphore.open(''))).toBe('EINVAL')
    expect(codeOf(() => NamedSemaphore.create('x'.repeat(300), 0))).toMatch(/^(EINVAL|ENAMETOOLONG)$/)
  })

  it('refuses to count beyond what the C library can', () => {
    using made = NamedSemaphore.create(name, 2 ** 31 - 1)
    expect(codeOf(() => made.post())).toBe('EOVERFLOW')
  })

  it('is of no use once closed, and closing again is harmless', () => {
    const made = NamedSemaphore.create(name, 1)
    made.close()
    made.close()
    expect(made.closed).toBe(true)
    for (const use of [() => made.value(), () => made.tryWait(), () => made.post(), () => made.enterSleep()]) {
      expect(codeOf(use)).toBe('EINVAL')
    }
  })

  it('ends a sleep with its time, or at once when there is something, and takes nothing', () => {
    using made = NamedSemaphore.create(name, 0)
    const began = performance.now()
    made.sleep(30)
    expect(performance.now() - began).toBeGreaterThan(25)
    made.post()
    made.sleep(60_000)
    expect(made.value()).toBe(1)
  })

  it('is woken by the post of another thread', async () => {
    using made = NamedSemaphore.create(name, 0)
    const poster = libcThread(made, 'setTimeout(() => call("sem_post"), 100)')
    made.sleep(30_000)
    expect(made.tryWait()).toBe(true)
    await poster
  })

  it('passes a wake on when it takes nothing and another sleeps', async () => {
    using made = NamedSemaphore.create(name, 0)
    const words = new Int32Array(viewOf(made.valueAddress, SEMAPHORE_BYTES))
    const other = libcThread(made, 'call("sem_wait")')
    await vi.waitFor(() => expect(words[1]).toBe(1))
    made.enterSleep()
    // What a post does whose one wake went to us.
    Atomics.add(words, 0, 1)
    made.leaveSleep()
    await other
    expect([...words.subarray(0, 2)]).toEqual([0, 0])
  })
})

describe('unlinkNamedSemaphore', () => {
  it('says whether there was one', () => {
    NamedSemaphore.create(name, 0).close()
    expect(unlinkNamedSemaphore(name)).toBe(true)
    expect(unlinkNamedSemaphore(name)).toBe(false)
    expect(codeOf(() => unlinkNamedSemaphore('a/b'))).toBe('EINVAL')
  })
})
