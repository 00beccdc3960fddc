import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createSealedMemfd,
  type FileDescriptor,
  FutexWatcher,
  futexWake,
  hasFutexWaitv,
  MemoryMapping,
} from '../../../ffi/index.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'

/** A lost wake-up, or an exit that waits for a slice, then fails by the test's watchdog. */
const neverMs = 3_600_000
const ringBytes = 1024
const ringCount = 64
const wordOffset = 384
const positionOffset = 128

const exitListeners = process.listenerCount('exit')
let memory: FileDescriptor
let mapping: MemoryMapping
let words: Int32Array

beforeEach(() => {
  memory = createSealedMemfd('watched', ringBytes * ringCount)
  mapping = MemoryMapping.map(memory.fd, ringBytes * ringCount)
  words = new Int32Array(mapping.buffer)
})

afterEach(() => {
  mapping.release()
  memory.close()
})

function ring(index: number): { wordAddress: bigint; positionAddress: bigint } {
  const base = mapping.address + BigInt(index * ringBytes)
  return { wordAddress: base + BigInt(wordOffset), positionAddress: base + BigInt(positionOffset) }
}

function wordOf(index: number): number {
  return Atomics.load(words, (index * ringBytes + wordOffset) / 4)
}

/** As a producer of the original does it: the position, then a look at the word, which it never clears. */
function publish(index: number, position: number): void {
  Atomics.store(words, (index * ringBytes + positionOffset) / 4, position)
  if (wordOf(index) === 1) futexWake(ring(index).wordAddress, 1)
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1)
}

function woken(watcher: FutexWatcher, id: number, seen: number): Promise<void> {
  return new Promise((resolve) => watcher.arm(id, seen, resolve))
}

function newWatcher(options: ConstructorParameters<typeof FutexWatcher>[0] = {}): FutexWatcher {
  return new FutexWatcher({ sliceMs: neverMs, idleMs: 0, ...options })
}

const kinds = hasFutexWaitv() ? (['thread', 'timer'] as const) : (['timer'] as const)

describe.each(kinds)('FutexWatcher with a %s', (kind) => {
  const options = { useThread: kind === 'thread' }

  it('wakes when the position moves, once', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    const onWake = vi.fn()
    watcher.arm(id, 0, onWake)
    await sleep(30)
    expect(onWake).not.toHaveBeenCalled()
    publish(0, 64)
    await until(() => onWake.mock.calls.length > 0)
    publish(0, 128)
    await sleep(30)
    expect(onWake).toHaveBeenCalledTimes(1)
    expect(wordOf(0)).toBe(0)
    await watcher.remove(id)
  })

  it('wakes when the position has moved before it was armed', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    publish(0, 64)
    await woken(watcher, id, 0)
    await watcher.remove(id)
  })

  it('compares positions as 32 bits, with or without a sign', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    publish(0, 0xffff_ffc0 | 0)
    const onWake = vi.fn()
    watcher.arm(id, 0xffff_ffc0, onWake)
    await sleep(30)
    expect(onWake).not.toHaveBeenCalled()
    publish(0, 0)
    await until(() => onWake.mock.calls.length === 1)
    await watcher.remove(id)
  })

  it('wakes each of 63 rings for its own position only, and refuses the 64th', async () => {
    const watcher = newWatcher(options)
    const ids = Array.from({ length: 63 }, (_, index) => watcher.add(ring(index)))
    expect(new Set(ids).size).toBe(63)
    expect(() => watcher.add(ring(63))).toThrow(RangeError)
    const wakes = ids.map((id) => {
      const onWake = vi.fn()
      watcher.arm(id, 0, onWake)
      return onWake
    })
    for (const index of [40, 0, 62]) {
      publish(index, 64)
      await until(() => wakes[index]?.mock.calls.length === 1)
    }
    await sleep(20)
    expect(wakes.filter(({ mock }) => mock.calls.length > 0)).toHaveLength(3)
    await Promise.all(ids.map((id) => watcher.remove(id)))
    const again = watcher.add(ring(63))
    const wake = woken(watcher, again, 0)
    publish(63, 64)
    await wake
    await watcher.remove(again)
  })

  it('does not wake what was disarmed, and leaves its word awake', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    const onWake = vi.fn()
    for (let round = 0; round < 200; round++) {
      watcher.arm(id, 0, onWake)
      if (round % 3 === 0) await sleep(0)
      watcher.disarm(id)
      expect(wordOf(0)).toBe(0)
      watcher.disarm(id)
    }
    publish(0, 64)
    await sleep(30)
    expect(onWake).not.toHaveBeenCalled()
    expect(wordOf(0)).toBe(0)
    await watcher.remove(id)
  })

  it('calls only the last of several who armed', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    const replaced = vi.fn()
    watcher.arm(id, 0, replaced)
    const wake = woken(watcher, id, 0)
    publish(0, 64)
    await wake
    await sleep(10)
    expect(replaced).not.toHaveBeenCalled()
    await watcher.remove(id)
  })

  it('does not wake for a message that was overtaken by arming anew', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    publish(0, 64)
    const onWake = vi.fn()
    for (let round = 0; round < 50; round++) {
      // Fires at once, but the news can reach us only after we return to the event loop.
      watcher.arm(id, 0, () => onWake('stale'))
      const waitUntil = performance.now() + 0.2
      while (performance.now() < waitUntil) {
        // The thread fires meanwhile.
      }
      watcher.arm(id, 64, () => onWake('early'))
      await sleep(1)
    }
    expect(onWake).not.toHaveBeenCalled()
    await watcher.remove(id)
  })

  it('knows nothing of what was removed', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    const onWake = vi.fn()
    watcher.arm(id, 0, onWake)
    const removed = watcher.remove(id)
    expect(() => watcher.arm(id, 0, onWake)).toThrow(RangeError)
    await removed
    expect(() => watcher.arm(id, 0, onWake)).toThrow(RangeError)
    expect(() => watcher.disarm(id)).toThrow(RangeError)
    expect(() => watcher.remove(id)).toThrow(RangeError)
    publish(0, 64)
    await sleep(20)
    expect(onWake).not.toHaveBeenCalled()
  })

  it('loses none of thousands of wake-ups by a producer that never clears the word', async () => {
    const watcher = newWatcher(options)
    const id = watcher.add(ring(0))
    const sleeps = kind === 'thread' ? 5_000 : 300
    const turns = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(await bundleProgram('stock-producer'), {
      workerData: { fd: memory.fd, mapBytes: ringBytes * ringCount, positionOffset, wordOffset, sleeps, turns },
    })
    onTestFinished(() => worker.terminate().then(() => undefined))
    for (let turn = 0; turn < sleeps; turn++) {
      const wake = woken(watcher, id, turn * 64)
      Atomics.store(turns, 0, turn + 1)
      Atomics.notify(turns, 0)
      await wake
    }
    expect(Atomics.load(words, positionOffset / 4)).toBe(sleeps * 64)
    await watcher.remove(id)
  }, 60_000)
})

describe('FutexWatcher.shared', () => {
  it('is one, also for another copy of the module', async () => {
    const one = FutexWatcher.shared()
    vi.resetModules()
    const copy = await import('../../../ffi/index.js')
    expect(copy.FutexWatcher).not.toBe(FutexWatcher)
    expect(copy.FutexWatcher.shared()).toBe(one)
  })
})

describe.runIf(hasFutexWaitv())('the thread of a FutexWatcher', () => {
  it('passes on a wake that came for a sleeper of its own process, after it was disarmed', async () => {
    const watcher = newWatcher()
    const id = watcher.add(ring(0))
    watcher.arm(id, 0, () => undefined)
    await until(() => wordOf(0) === 1)
    await sleep(20)
    // The thread is in the kernel, on the word, and this thread's own sleeper comes second.
    watcher.disarm(id)
    const worker = new Worker(await bundleProgram('futex-sleeper'), {
      workerData: { fd: memory.fd, mode: 'wait', offset: wordOffset },
    })
    const ended = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    await new Promise((resolve) => worker.once('online', resolve))
    await sleep(200)
    expect(futexWake(ring(0).wordAddress, 1)).toBe(1)
    expect(await ended).toBe('woken')
    await exited
    await watcher.remove(id)
  })

  it('passes on a wake that came together with a request of its own process', async () => {
    const watcher = newWatcher()
    const id = watcher.add(ring(0))
    const other = watcher.add(ring(1))
    // Later the two calls have to be quick.
    futexWake(ring(1).wordAddress, 1)
    watcher.arm(other, 0, () => undefined)
    watcher.disarm(other)
    watcher.arm(id, 0, () => undefined)
    await until(() => wordOf(0) === 1)
    await sleep(20)
    watcher.disarm(id)
    const worker = new Worker(await bundleProgram('futex-sleeper'), {
      workerData: { fd: memory.fd, mode: 'wait', offset: wordOffset },
    })
    const ended = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    await new Promise((resolve) => worker.once('online', resolve))
    await sleep(200)
    // Both before the thread runs: it leaves all words at once, and the kernel tells it of the request alone.
    const taken = futexWake(ring(0).wordAddress, 1)
    watcher.arm(other, 0, () => undefined)
    expect(taken).toBe(1)
    expect(await ended).toBe('woken')
    await exited
    await Promise.all([watcher.remove(id), watcher.remove(other)])
  })

  it('ends when no ring has been left for a while, and comes back', async () => {
    const threads = () => readdirSync('/proc/self/task').length
    // Those of the tests before this one.
    await until(() => process.listenerCount('exit') === exitListeners)
    const before = threads()
    const watcher = newWatcher({ idleMs: 20 })
    for (let round = 0; round < 3; round++) {
      const id = watcher.add(ring(round))
      const wake = woken(watcher, id, 0)
      publish(round, 64)
      await wake
      expect(threads()).toBe(before + 1)
      expect(process.listenerCount('exit')).toBe(exitListeners + 1)
      await watcher.remove(id)
      await until(() => threads() === before)
      await until(() => process.listenerCount('exit') === exitListeners)
    }
  })

  it.each(['ends by itself', 'calls process.exit', 'throws'])(
    'does not keep a process that %s, whatever the slice',
    async (how) => {
      const program = await bundleProgram('exit-while-armed', { minify: how === 'throws' })
      const child = spawnProgram(process.execPath, [program, how], { watchdogMs: 15_000 })
      const { code, signal, stdout } = await child.exited
      expect({ code, signal, stdout }).toEqual({ code: how === 'throws' ? 1 : 0, signal: null, stdout: 'armed\n' })
    },
  )

  it.each(['declares', 'views', 'counts requests', 'hangs'])(
    'lets a process end in good order while it %s',
    async (step) => {
      const program = await bundleProgram('exit-while-calling')
      const child = spawnProgram(process.execPath, [program, step], { watchdogMs: 15_000 })
      expect(await child.exited).toMatchObject({ code: 0, signal: null, stdout: 'entered\n', stderr: '' })
    },
  )

  it('can be waited for when a ring is removed as the last act of a program', async () => {
    const program = await bundleProgram('exit-while-armed')
    const child = spawnProgram(process.execPath, [program, 'removes'], { watchdogMs: 15_000 })
    expect(await child.exited).toMatchObject({ code: 0, signal: null, stdout: 'armed\nremoved\n' })
  })

  it('ends with the worker thread that uses it', async () => {
    const program = await bundleProgram('exit-while-armed')
    const child = spawnProgram(process.execPath, [program, 'terminates a worker'], { watchdogMs: 15_000 })
    expect(await child.exited).toMatchObject({ code: 0, signal: null, stdout: 'armed\nterminated\n' })
  })

  it('is replaced by a timer where it cannot start', async () => {
    const program = await bundleProgram('watch-without-threads')
    const child = spawnProgram(process.execPath, [program], { watchdogMs: 15_000 })
    expect(await child.exited).toMatchObject({
      code: 0,
      signal: null,
      stdout: 'refused: woken\nbroken: woken, removed\n',
    })
  })
})
