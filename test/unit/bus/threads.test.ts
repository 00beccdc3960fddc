import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ThreadBus } from '../../../src/bus/thread-bus.js'
import type { ThreadEndData } from '../../support/bus/thread-end.js'
import { answerOf, startBundledWorker } from '../../support/ring/bundled-worker.js'

function startEnd(data: ThreadEndData): Worker {
  const worker = startBundledWorker('../bus/thread-end.ts', data)
  onTestFinished(async () => {
    await worker.terminate()
  })
  return worker
}

describe('two threads', () => {
  const count = 20_000
  for (const sendForm of ['sendSync', 'send'] as const) {
    for (const receiveForm of ['recvSync', 'recv', 'drainBatchSync'] as const) {
      for (const hotUs of [0, 50]) {
        it(`${sendForm} into ${receiveForm} loses nothing with hotUs ${hotUs}`, async () => {
          const buffer = ThreadBus.allocate(4096)
          const consumer = answerOf<number>(startEnd({ buffer, program: receiveForm, count, hotUs }))
          const producer = answerOf<number>(startEnd({ buffer, program: sendForm, count, hotUs }))
          expect(await producer).toBe(count)
          expect(await consumer).toBe(-1)
        })
      }
    }
  }
})

describe('a worker that waits', () => {
  for (const program of ['waitSync', 'wait'] as const) {
    it(`can be terminated in ${program}`, async () => {
      const worker = startEnd({ buffer: ThreadBus.allocate(1024), program, count: 0 })
      expect((await once(worker, 'message'))[0]).toBe('waiting')
      const ended = once(worker, 'exit')
      await worker.terminate()
      await ended
    })

    it(`is woken in ${program} by a message`, async () => {
      const buffer = ThreadBus.allocate(1024)
      const worker = startEnd({ buffer, program, count: 0 })
      expect((await once(worker, 'message'))[0]).toBe('waiting')
      const answer = once(worker, 'message')
      const tx = new ThreadBus(buffer, 'producer')
      tx.trySend(Uint8Array.of(1))
      expect((await answer)[0]).toBe('received')
      tx.close()
    })
  }
})

describe('text decoded from a slot while the peer rewrites it', () => {
  it('is some text, and Node lives', async () => {
    const size = 3 * 40_000
    const buffer = ThreadBus.allocate(1 << 18)
    const tx = new ThreadBus(buffer, 'producer')
    const rx = new ThreadBus(buffer, 'consumer')
    tx.trySend(new Uint8Array(size).fill(0x61))
    const guard = rx.tryRecvZeroCopy()
    const worker = startEnd({ buffer, program: 'rewrite', count: size })
    expect((await once(worker, 'message'))[0]).toBe('rewriting')
    const lengths = new Set<number>()
    for (let round = 0; round < 300; round++) lengths.add(guard?.text().length ?? -1)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(size / 3)
    expect(lengths.size).toBeGreaterThan(1)
    await worker.terminate()
    tx.close()
    rx.close()
  })
})
