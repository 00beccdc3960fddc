import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { getAffinity, setAffinity, setThreadAffinity, yieldCpu } from '../../../ffi/index.js'

const allowed = getAffinity()

afterEach(() => setAffinity(allowed))

/** The processors that the kernel lets each thread of this process use, as it writes them: `0-1`, `3` … */
function allowedPerThread(): string[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8')
    return /Cpus_allowed_list:\s+(\S+)/.exec(status)?.[1] ?? ''
  })
}

describe('setAffinity', () => {
  it('keeps every thread of the process to the processors named', () => {
    const last = allowed.at(-1) ?? 0
    setAffinity([last])
    expect(getAffinity()).toEqual([last])
    const perThread = allowedPerThread()
    // The main thread, V8's workers and libuv's.
    expect(perThread.length).toBeGreaterThan(4)
    expect(new Set(perThread)).toEqual(new Set([String(last)]))
    setAffinity(allowed)
    expect(getAffinity()).toEqual(allowed)
  })

  it('refuses processors that are not there, and what is no processor', () => {
    expect(() => setAffinity([8000])).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'sched_setaffinity', code: 'EINVAL' }),
    )
    expect(() => setAffinity([])).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    for (const cpu of [-1, 0.5, 8192, Number.NaN]) expect(() => setAffinity([cpu])).toThrow(RangeError)
    expect(getAffinity()).toEqual(allowed)
  })
})

describe('setThreadAffinity', () => {
  it('keeps the calling thread to the processors named, and the other threads as they were', () => {
    const last = allowed.at(-1) ?? 0
    const before = allowedPerThread()
    setThreadAffinity([last])
    expect(getAffinity()).toEqual([last])
    const own = readFileSync('/proc/thread-self/status', 'utf8')
    expect(/Cpus_allowed_list:\s+(\S+)/.exec(own)?.[1]).toBe(String(last))
    const others = allowedPerThread().filter((list) => list === before[0])
    if (allowed.length > 1) expect(others).toHaveLength(before.length - 1)
  })

  it('refuses processors that are not there', () => {
    expect(() => setThreadAffinity([8000])).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'sched_setaffinity', code: 'EINVAL' }),
    )
    expect(() => setThreadAffinity([-1])).toThrow(RangeError)
    expect(getAffinity()).toEqual(allowed)
  })
})

describe('yieldCpu', () => {
  it('returns', () => {
    expect(yieldCpu()).toBeUndefined()
  })
})
