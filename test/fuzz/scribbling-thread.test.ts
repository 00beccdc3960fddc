import { once } from 'node:events'
import { expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../src/errors.js'
import { formatRing } from '../../src/ring/arena-header.js'
import { Consumer } from '../../src/ring/consumer.js'
import { Producer } from '../../src/ring/producer.js'
import { startBundledWorker } from '../support/ring/bundled-worker.js'
import { rawRing, setHead, setRawHeader, setTail } from '../support/ring/raw-ring.js'
import { RecordedSignals } from '../support/ring/recorded-signals.js'
import type { ScribblerOptions } from '../support/ring/scribbler.js'

const capacityBytes = 1024
const payload = new Uint8Array(capacityBytes)

/** @returns whether the ring was found corrupt; anything else that is thrown fails the test */
function corruptedBy(act: () => void): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof RingwayError && error.code === ErrorCode.corrupt) return true
    throw error
  }
}

it('survives a thread that rewrites positions and headers while they are read', async () => {
  const memory = rawRing(capacityBytes, { shared: true })
  const control = new SharedArrayBuffer(8)
  const controls = new Int32Array(control)
  const buffer = memory.words.buffer as SharedArrayBuffer
  const options: ScribblerOptions = { buffer, capacityBytes, seed: 7, control }
  const worker = startBundledWorker('scribbler.ts', options)
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error))
  const ended = once(worker, 'exit')

  function consumeSome(): void {
    const consumer = new Consumer(memory, new RecordedSignals())
    for (let step = 0; step < 8; step++) {
      const handed = consumer.consume((view, offset, size) => {
        if (offset < 64 || offset + size > capacityBytes) throw new Error(`payload at ${offset} of ${size} bytes`)
        if (size > 0) view.getUint8(offset + size - 1)
      }, Number.POSITIVE_INFINITY)
      expect(handed).toBeLessThanOrEqual(capacityBytes / 64 + 1)
      const offset = consumer.peek()
      if (offset < 0) continue
      expect(consumer.payload(offset)).toHaveLength(consumer.size)
      consumer.commit()
    }
  }

  function produceSome(): void {
    const producer = new Producer(memory, new RecordedSignals())
    for (let step = 0; step < 8; step++) {
      if (!producer.tryWrite(payload.subarray(0, step * 50), step)) return
      producer.publishIfDue()
    }
    producer.publish()
  }

  const outcomes = { corrupt: 0, good: 0 }
  try {
    while (Atomics.load(controls, 1) === 0) await Promise.race([failed, new Promise(setImmediate)])
    for (let round = 0; round < 40_000; round++) {
      formatRing(memory.words, capacityBytes)
      setHead(memory, BigInt(round % 16) * 64n)
      setTail(memory, BigInt(round % 16) * 64n)
      for (let index = 0; index < capacityBytes; index += 64) setRawHeader(memory, index, { reserved: 64 })
      outcomes[corruptedBy(round % 2 === 0 ? consumeSome : produceSome) ? 'corrupt' : 'good']++
    }
  } finally {
    Atomics.store(controls, 0, 1)
  }
  await Promise.race([failed, ended])
  expect(Math.min(outcomes.corrupt, outcomes.good)).toBeGreaterThan(100)
}, 60_000)
