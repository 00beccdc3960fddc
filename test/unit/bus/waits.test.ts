import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { BlockOptions, WaitOptions } from '../../../src/bus/wait-options.js'
import { ErrorCode, TimeoutError } from '../../../src/errors.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, drain, fill, isPending, type ThreadPair, threadPair } from '../../support/bus/thread-pair.js'

const promiseForms: Readonly<Record<string, (pair: ThreadPair, options: WaitOptions) => Promise<unknown>>> = {
  send: ({ tx }, options) => tx.send(bytes(1), 0, options),
  sendZeroCopy: ({ tx }, options) => tx.sendZeroCopy(1, 0, options),
  recv: ({ rx }, options) => rx.recv(options),
  recvZeroCopy: ({ rx }, options) => rx.recvZeroCopy(options),
  drainBatch: ({ rx }, options) => rx.drainBatch(1, options),
}

const blockingForms: Readonly<Record<string, (pair: ThreadPair, options: BlockOptions) => unknown>> = {
  sendSync: ({ tx }, options) => tx.sendSync(bytes(1), 0, options),
  sendZeroCopySync: ({ tx }, options) => tx.sendZeroCopySync(1, 0, options),
  recvSync: ({ rx }, options) => rx.recvSync(options),
  recvZeroCopySync: ({ rx }, options) => rx.recvZeroCopySync(options),
  drainBatchSync: ({ rx }, options) => rx.drainBatchSync(1, options),
}

/** A pair on which every form has to wait: a full ring for senders, an empty one for receivers. */
function stuckPair(form: string, hotUs: number): ThreadPair {
  const pair = threadPair(256, { hotUs })
  if (form.startsWith('send')) fill(pair.tx)
  return pair
}

/** The other side does what the form waits for. */
function unstick(form: string, { tx, rx }: ThreadPair): void {
  if (form.startsWith('send')) drain(rx)
  else tx.trySend(bytes(1))
}

for (const [form, start] of Object.entries(promiseForms)) {
  describe(`${form}`, () => {
    for (const hotUs of [0, 1_000_000]) {
      const how = hotUs === 0 ? 'asleep' : 'hot'

      it(`rejects with TimeoutError when its time is over, ${how}`, async () => {
        const pair = stuckPair(form, hotUs)
        const error = await start(pair, { timeoutMs: 4 }).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(TimeoutError)
        expect(error).toMatchObject({ message: `${form} took longer than 4 ms` })
      })

      it(`rejects with signal.reason when it is aborted while it waits, ${how}`, async () => {
        const pair = stuckPair(form, hotUs)
        const abort = new AbortController()
        const reason = { anything: true }
        const waiting = start(pair, { signal: abort.signal })
        expect(await isPending(waiting)).toBe(true)
        abort.abort(reason)
        await expect(waiting).rejects.toBe(reason)
      })

      it(`leaves the bus free after a time-out, ${how}`, async () => {
        const pair = stuckPair(form, hotUs)
        await start(pair, { timeoutMs: 1 }).catch(() => undefined)
        const again = start(pair, {})
        unstick(form, pair)
        await again
      })

      it(`leaves no listener on the signal once it has succeeded, ${how}`, async () => {
        const pair = stuckPair(form, hotUs)
        const { signal } = new AbortController()
        const waiting = start(pair, { signal })
        expect(getEventListeners(signal, 'abort')).toHaveLength(1)
        unstick(form, pair)
        await waiting
        expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      })
    }

    it('leaves no listener on the signal after a time-out', async () => {
      const pair = stuckPair(form, 0)
      const { signal } = new AbortController()
      await start(pair, { signal, timeoutMs: 1 }).catch(() => undefined)
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    })

    it('leaves no listener on the signal when the bus is closed', async () => {
      const pair = stuckPair(form, 0)
      const { signal } = new AbortController()
      const waiting = start(pair, { signal })
      pair.tx.close()
      pair.rx.close()
      await waiting.catch(() => undefined)
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    })

    it('rejects with signal.reason, and does nothing, when it was aborted before', async () => {
      const pair = threadPair(256)
      unstick(form, pair)
      const used = pair.tx.bytesUsed
      await expect(start(pair, { signal: AbortSignal.abort('too late') })).rejects.toBe('too late')
      expect(pair.tx.bytesUsed).toBe(used)
      expect(await start(pair, {})).toEqual(form === 'send' ? undefined : expect.anything())
    })

    it('goes through at once with a time-out of 0 where there is nothing to wait for', async () => {
      const pair = threadPair(256)
      unstick(form, pair)
      await start(pair, { timeoutMs: 0 })
    })

    for (const timeoutMs of [-1, Number.NaN, '5'] as number[]) {
      it(`refuses a time-out of ${JSON.stringify(timeoutMs)} when it has to wait`, async () => {
        const pair = stuckPair(form, 0)
        await expect(start(pair, { timeoutMs })).rejects.toEqual(coded(ErrorCode.invalidArgument))
      })
    }

    it('takes a time-out of a year for what it is', async () => {
      const pair = stuckPair(form, 0)
      const waiting = start(pair, { timeoutMs: 365 * 86_400_000 })
      expect(await isPending(waiting)).toBe(true)
      unstick(form, pair)
      await waiting
    })
  })
}

for (const [form, block] of Object.entries(blockingForms)) {
  describe(form, () => {
    it('throws TimeoutError when its time is over', () => {
      const pair = stuckPair(form, 50)
      expect(() => block(pair, { timeoutMs: 2 })).toThrow(TimeoutError)
      expect(() => block(pair, { timeoutMs: 2 })).toThrow(`${form} took longer than 2 ms`)
    })

    it('leaves the bus free after a time-out', () => {
      const pair = stuckPair(form, 50)
      expect(() => block(pair, { timeoutMs: 0 })).toThrow(TimeoutError)
      unstick(form, pair)
      block(pair, {})
    })

    it('refuses a time-out of NaN', () => {
      const pair = stuckPair(form, 50)
      expect(() => block(pair, { timeoutMs: Number.NaN })).toThrow(coded(ErrorCode.invalidArgument))
    })

    it('learns while it blocks that the peer has left', () => {
      const pair = stuckPair(form, 50)
      if (form.startsWith('send')) {
        pair.rx.close()
        expect(() => block(pair, {})).toThrow(coded(ErrorCode.peerClosed))
      } else {
        pair.tx.close()
        expect(block(pair, {})).toBeUndefined()
      }
    })
  })
}

describe('a send that is given up', () => {
  it('is not sent when room comes', async () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const abort = new AbortController()
    const sends = [
      tx.send(bytes(10), 0, { signal: abort.signal }),
      tx.send(bytes(11)),
      tx.send(bytes(12), 0, { timeoutMs: 1 }),
    ] as const
    abort.abort()
    await expect(sends[0]).rejects.toMatchObject({ name: 'AbortError' })
    await expect(sends[2]).rejects.toEqual(coded(ErrorCode.timeout))
    expect(drain(rx)).toHaveLength(4)
    await sends[1]
    expect(drain(rx)).toEqual([11])
  })
})

describe('a receive that is given up', () => {
  it('leaves the message for the next one', async () => {
    const { tx, rx } = threadPair()
    await expect(rx.recv({ timeoutMs: 1 })).rejects.toEqual(coded(ErrorCode.timeout))
    tx.trySend(bytes(3))
    expect((await rx.recv())?.data[0]).toBe(3)
  })
})

describe('a promise form that sleeps', () => {
  it('arms the sleeper once, and takes it back when it is given up', async () => {
    const { bus, sleeper } = scriptedBus('consumer', { hotUs: 0 })
    const abort = new AbortController()
    const received = bus.recv({ signal: abort.signal })
    await isPending(received)
    expect(sleeper.asleep).toBe(true)
    expect(sleeper.armed).toBe(1)
    abort.abort('enough')
    await expect(received).rejects.toBe('enough')
    expect(sleeper.asleep).toBe(false)
  })

  it('looks for the peer before it falls asleep', async () => {
    const { bus, link } = scriptedBus('consumer', { hotUs: 0 })
    const received = bus.recv()
    expect(link.looks).toBe(1)
    link.finish('peer-closed')
    expect(await received).toBeUndefined()
  })

  it('goes on sleeping when it was woken for nothing', async () => {
    const { bus, link, sleeper } = scriptedBus('consumer', { hotUs: 0 })
    const received = bus.recv()
    sleeper.wake()
    expect(await isPending(received)).toBe(true)
    expect(sleeper.asleep).toBe(true)
    const producer = link.producer()
    producer.tryWrite(bytes(1), 0)
    producer.publish()
    sleeper.wake()
    expect((await received)?.data[0]).toBe(1)
  })

  it('leaves no sleeper armed when the bus ends', async () => {
    const { bus, link, sleeper } = scriptedBus('consumer', { hotUs: 0 })
    const received = bus.recv()
    expect(sleeper.asleep).toBe(true)
    link.finish('peer-dead')
    await expect(received).rejects.toEqual(coded(ErrorCode.peerDead))
    expect(sleeper.asleep).toBe(false)
  })

  it('leaves no sleeper armed when the bus is closed', async () => {
    const { bus, sleeper } = scriptedBus('consumer', { hotUs: 0 })
    const received = bus.recv()
    bus.close()
    await expect(received).rejects.toEqual(coded(ErrorCode.closed))
    expect(sleeper.asleep).toBe(false)
  })

  it('sleeps at once when it is unref’d', () => {
    const { bus, sleeper } = scriptedBus('consumer', { hotUs: 1_000_000 })
    bus.unref()
    bus.recv().catch(() => undefined)
    expect(sleeper.asleep).toBe(true)
  })

  it('sleeps at once when it is unref’d, pureSpin or not', () => {
    const { bus, sleeper } = scriptedBus('consumer', { pureSpin: true })
    bus.unref()
    bus.recv().catch(() => undefined)
    expect(sleeper.asleep).toBe(true)
  })
})

describe('a promise form that polls', () => {
  it('yields the processor now and then', async () => {
    const { bus, link } = scriptedBus('consumer', { hotUs: 1_000_000 })
    bus.recv().catch(() => undefined)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(link.yields).toBeGreaterThan(0)
  })

  it('falls asleep when its window ends', async () => {
    const { bus, sleeper } = scriptedBus('consumer', { hotUs: 100 })
    bus.recv().catch(() => undefined)
    while (!sleeper.asleep) await new Promise((resolve) => setImmediate(resolve))
    expect(sleeper.armed).toBe(1)
  })

  it('never falls asleep with pureSpin, and still looks for the peer', async () => {
    const { bus, link, sleeper } = scriptedBus('consumer', { pureSpin: true, hotUs: 1 })
    const received = bus.recv()
    link.onLook = () => link.finish('peer-closed')
    expect(await received).toBeUndefined()
    expect(sleeper.armed).toBe(0)
  })
})

describe('hotUs', () => {
  for (const hotUs of [-1, Number.NaN, '50'] as number[]) {
    it(`refuses ${JSON.stringify(hotUs)}`, () => {
      expect(() => scriptedBus('consumer', { hotUs })).toThrow(coded(ErrorCode.invalidArgument))
    })
  }
})

describe('a promise form that waits for nothing but a turn of the event loop', () => {
  /** The first receive that lets the loop have its turn, though its message is there; in a list, so as not to be awaited. */
  async function firstThatWaits({ tx, rx }: ThreadPair, options: WaitOptions): Promise<[Promise<unknown>]> {
    for (let count = 0; count < 10_000; count++) {
      tx.trySend(bytes(7))
      const received = rx.recv(options)
      if (rx.bytesUsed > 0) return [received]
      await received
    }
    throw new Error('no receive ever waited')
  }

  it('can be aborted, and leaves the message', async () => {
    const pair = threadPair()
    const abort = new AbortController()
    const received = await firstThatWaits(pair, { signal: abort.signal })
    abort.abort('enough')
    await expect(received[0]).rejects.toBe('enough')
    expect(pair.rx.tryRecv()?.data[0]).toBe(7)
  })

  it('is rejected by a close', async () => {
    const pair = threadPair()
    const received = await firstThatWaits(pair, {})
    pair.rx.close()
    await expect(received[0]).rejects.toEqual(coded(ErrorCode.closed))
  })

  it('keeps the order of sends', async () => {
    const { tx, rx } = threadPair(65536)
    const sends: Promise<void>[] = []
    for (let count = 0; count < 400; count++) sends.push(tx.send(bytes(count)))
    await Promise.all(sends)
    expect(drain(rx)).toEqual(Array.from({ length: 400 }, (_, count) => count % 256))
  })
})
