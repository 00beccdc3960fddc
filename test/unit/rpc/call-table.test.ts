import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CallTable } from '../../../src/rpc/call-table.js'
import { UnaryCall } from '../../../src/rpc/pending-call.js'

function table() {
  const events: string[] = []
  const calls = new CallTable({
    expired: ({ id }) => events.push(`expired ${id}`),
    aborted: ({ id }, reason) => events.push(`aborted ${id} ${String(reason)}`),
  })
  onTestFinished(() => {
    calls.clear()
  })
  const add = (id: number, timeoutMs?: number, signal?: AbortSignal) => {
    const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs
    calls.add(new UnaryCall(id, 'x', deadlineMs, timeoutMs, signal))
  }
  return { events, calls, add }
}

describe('a call table', () => {
  it('gives each call to one taker', async () => {
    const { events, calls, add } = table()
    const abort = new AbortController()
    add(1, 10, abort.signal)
    add(2, 10)
    add(3, undefined, abort.signal)
    expect(calls.take(2)?.id).toBe(2)
    expect(calls.take(2)).toBeUndefined()
    await vi.waitFor(() => expect(events).toEqual(['expired 1']))
    abort.abort('enough')
    abort.abort('again')
    expect(events).toEqual(['expired 1', 'aborted 3 enough'])
    expect(calls.size).toBe(0)
  })

  it('never expires a call early', async () => {
    const { events, add } = table()
    add(1, 40)
    add(2, 20)
    add(3, 30)
    const started = performance.now()
    await vi.waitFor(() => expect(events).toHaveLength(3), { interval: 1 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(39)
    expect(events).toEqual(['expired 2', 'expired 3', 'expired 1'])
  })

  it('has one timer, and none without a time-out', () => {
    const started = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => started.mockRestore())
    const { calls, add } = table()
    for (let id = 1; id <= 100; id++) add(id)
    expect(started).not.toHaveBeenCalled()
    for (let id = 101; id <= 10_000; id++) {
      add(id, 5000)
      calls.take(id)
    }
    expect(started).toHaveBeenCalledTimes(1)
  })

  it('waits longer than a timer can', async () => {
    const { events, add } = table()
    add(1, 2 ** 40)
    await sleep(15)
    expect(events).toEqual([])
  })

  it('has one listener for all calls of one signal, and none for calls that are soon answered', async () => {
    const { calls, add } = table()
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    for (let id = 1; id <= 50; id++) add(id, undefined, signal)
    for (let id = 1; id <= 20; id++) calls.take(id)
    expect(added).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(added).toHaveBeenCalledTimes(1))
    for (let id = 21; id <= 49; id++) calls.take(id)
    expect(removed).not.toHaveBeenCalled()
    calls.clear()
    expect(removed).toHaveBeenCalledTimes(1)
  })

  it('notices a signal that was aborted before anybody listened', async () => {
    const { events, add } = table()
    const abort = new AbortController()
    add(1, undefined, abort.signal)
    abort.abort('early')
    await vi.waitFor(() => expect(events).toEqual(['aborted 1 early']))
  })
})
