import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  createSealedMemfd,
  futexWait,
  futexWaitv,
  futexWake,
  hasFutexWaitv,
  MemoryMapping,
  SystemCallError,
} from '../../../ffi/index.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'

/** A worker that sleeps on words of a file of ours, through a mapping of its own. */
async function startSleeper(fd: number, mode: 'wait' | 'waitv'): Promise<{ worker: Worker; ended: Promise<unknown> }> {
  const worker = new Worker(await bundleProgram('futex-sleeper'), { workerData: { fd, mode } })
  const ended = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  return { worker, ended }
}

/** Wakes until somebody was there to be woken: the sleeper says nothing before it sleeps. */
function wakeSleeper(address: bigint): number {
  const watchdog = Date.now() + 15_000
  for (;;) {
    const woken = futexWake(address, 1)
    if (woken > 0 || Date.now() > watchdog) return woken
  }
}

describe('futexWait', () => {
  it('returns at once when the word holds something else', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    futexWait(mapping.address, 1, Number.POSITIVE_INFINITY)
    new Int32Array(mapping.buffer)[0] = -1
    futexWait(mapping.address, 0, Number.POSITIVE_INFINITY)
    futexWait(mapping.address, 1, Number.POSITIVE_INFINITY)
  })

  it('sleeps until the time-out when nobody wakes it, whatever the sign of the word', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    new Int32Array(mapping.buffer)[1] = -2
    for (const [address, expected] of [
      [mapping.address, 0],
      [mapping.address + 4n, -2],
      [mapping.address + 4n, 0xffff_fffe],
    ] as const) {
      const before = performance.now()
      futexWait(address, expected, 20.5)
      expect(performance.now() - before).toBeGreaterThanOrEqual(20)
    }
  })

  it('does not sleep at all for a time-out of nothing', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    futexWait(mapping.address, 0, 0)
    futexWait(mapping.address, 0, -1)
  })

  it('is woken from another thread, through another mapping of the same memory', async () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    const { ended } = await startSleeper(memory.fd, 'wait')
    expect(wakeSleeper(mapping.address)).toBe(1)
    expect(await ended).toBe('woken')
  })

  it('throws for an address that is not mapped', () => {
    expect(() => futexWait(4096n, 0, 10)).toThrow(expect.objectContaining({ syscall: 'futex', code: 'EFAULT' }))
    expect(() => futexWait(4098n, 0, 10)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })

  it.each(['wait', 'waitv', 'poll'])('goes on sleeping when a signal interrupts it (%s)', async (mode) => {
    const program = await bundleProgram('interrupted-sleep')
    const child = spawnProgram(process.execPath, [program, mode])
    await child.line('sleeping')
    const signals = setInterval(() => child.kill('SIGUSR2'), 20)
    const { sleptMs, signalsSeen } = await child.json<{ sleptMs: number; signalsSeen: number }>()
    clearInterval(signals)
    expect(sleptMs).toBeGreaterThanOrEqual(999)
    expect(signalsSeen).toBeGreaterThan(0)
  })
})

describe('futexWake', () => {
  it('wakes nobody where nobody sleeps', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    expect(futexWake(mapping.address, 1)).toBe(0)
  })

  it('wakes no more than it was told to', async () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    const sleepers = await Promise.all([startSleeper(memory.fd, 'wait'), startSleeper(memory.fd, 'wait')])
    expect(wakeSleeper(mapping.address)).toBe(1)
    expect(wakeSleeper(mapping.address)).toBe(1)
    expect(await Promise.all(sleepers.map(({ ended }) => ended))).toEqual(['woken', 'woken'])
    expect(futexWake(mapping.address, 0x7fff_ffff)).toBe(0)
  })

  it('throws for an address that cannot be one', () => {
    expect(() => futexWake(1n, 1)).toThrow(SystemCallError)
  })
})

describe.runIf(hasFutexWaitv())('futexWaitv', () => {
  it('returns at once when any word holds something else', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    const words = [
      { address: mapping.address, expected: 0 },
      { address: mapping.address + 256n, expected: 1 },
    ]
    futexWaitv(words, Number.POSITIVE_INFINITY)
    futexWaitv(words.reverse(), Number.POSITIVE_INFINITY)
  })

  it('sleeps until the time-out, on up to 128 words', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    const words = Array.from({ length: 128 }, (_, index) => ({
      address: mapping.address + BigInt(4 * index),
      expected: 0,
    }))
    const before = performance.now()
    futexWaitv(words, 20)
    expect(performance.now() - before).toBeGreaterThanOrEqual(20)
    expect(() => futexWaitv([...words, ...words.slice(0, 1)], 1)).toThrow(RangeError)
    expect(() => futexWaitv([], 1)).toThrow(RangeError)
  })

  it('compares all 32 bits without a sign, as positions are', () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    new Uint32Array(mapping.buffer)[0] = 0xffff_ffc0
    const before = performance.now()
    futexWaitv([{ address: mapping.address, expected: 0xffff_ffc0 }], 20)
    futexWaitv([{ address: mapping.address, expected: 0xffff_ffc0 | 0 }], 20)
    expect(performance.now() - before).toBeGreaterThanOrEqual(40)
  })

  it('is woken by a wake on either word of a pair', async () => {
    using memory = createSealedMemfd('futex', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    for (const offset of [0n, 256n]) {
      const { ended } = await startSleeper(memory.fd, 'waitv')
      expect(wakeSleeper(mapping.address + offset)).toBe(1)
      expect(await ended).toBe('woken')
    }
  })

  it('throws for an address that is not mapped', () => {
    expect(() => futexWaitv([{ address: 4096n, expected: 0 }], 10)).toThrow(
      expect.objectContaining({ syscall: 'futex_waitv', code: 'EFAULT' }),
    )
  })
})
