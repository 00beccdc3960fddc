import { describe, expect, it } from 'vitest'
import type { RxBatch, RxRecord } from '../../../src/bus/rx-batch.js'
import type { RxGuard } from '../../../src/bus/rx-guard.js'
import { ErrorCode } from '../../../src/errors.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, fill, isPending, type ThreadPair, threadPair } from '../../support/bus/thread-pair.js'

function withMessages(...firsts: number[]): ThreadPair {
  const pair = threadPair()
  for (const first of firsts) pair.tx.trySend(bytes(first), first)
  return pair
}

const guardUses: Readonly<Record<string, (guard: RxGuard) => unknown>> = {
  bytes: (guard) => guard.bytes,
  view: (guard) => guard.view,
  copy: (guard) => guard.copy(),
  text: (guard) => guard.text(),
  commit: (guard) => guard.commit(),
}

describe('an RxGuard', () => {
  it('shows the message in place', () => {
    const { tx, rx, buffer } = threadPair()
    tx.trySend(Buffer.from('grüße'), 9)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    expect(guard).toMatchObject({ size: 7, typeId: 9 })
    expect(guard.bytes.buffer).toBe(buffer)
    expect(Buffer.from(guard.bytes).toString()).toBe('grüße')
    expect(guard.view.getUint8(0)).toBe(0x67)
    expect(guard.text()).toBe('grüße')
  })

  it('copies into memory that the peer cannot reach', () => {
    const { rx, buffer } = withMessages(7)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    const copy = guard.copy()
    new Uint8Array(buffer).fill(0xee)
    expect(copy).toEqual(bytes(7))
  })

  it('holds its slot until its commit', () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    expect(tx.trySend(bytes())).toBe(false)
    guard.commit()
    expect(tx.trySend(bytes())).toBe(true)
  })

  it('commits when it is disposed', () => {
    const { rx } = withMessages(1, 2)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    guard[Symbol.dispose]()
    expect(() => guard.bytes).toThrow(/ended by commit\(\)/)
    expect(rx.tryRecv()?.data[0]).toBe(2)
  })

  it('is left alone by disposal after a commit', () => {
    const { rx } = withMessages(1, 2)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    guard.commit()
    guard[Symbol.dispose]()
    expect(rx.tryRecv()?.data[0]).toBe(2)
  })

  it('survives the death of the peer', () => {
    const { bus, link } = scriptedBus('consumer')
    const producer = link.producer()
    producer.tryWrite(bytes(1), 0)
    producer.publish()
    const guard = bus.tryRecvZeroCopy() as RxGuard
    link.finish('peer-dead')
    expect(guard.copy()).toEqual(bytes(1))
    guard.commit()
    expect(() => bus.tryRecvZeroCopy()).toThrow(coded(ErrorCode.peerDead))
  })

  for (const [name, use] of Object.entries(guardUses)) {
    it(`throws from ${name} after commit, and says so`, () => {
      const guard = withMessages(1).rx.tryRecvZeroCopy() as RxGuard
      guard.commit()
      expect(() => use(guard)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(guard)).toThrow(/commit\(\)/)
    })

    it(`throws from ${name} after close, and says so`, () => {
      const { rx } = withMessages(1)
      const guard = rx.tryRecvZeroCopy() as RxGuard
      rx.close()
      expect(() => use(guard)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(guard)).toThrow(/close\(\)/)
    })
  }
})

describe('while an RxGuard is open', () => {
  it('the forms that cannot wait for it throw', () => {
    const { rx } = withMessages(1, 2)
    rx.tryRecvZeroCopy()
    const busy = coded(ErrorCode.busy)
    expect(() => rx.tryRecv()).toThrow(busy)
    expect(() => rx.recvSync()).toThrow(busy)
    expect(() => rx.tryRecvZeroCopy()).toThrow(busy)
    expect(() => rx.recvZeroCopySync()).toThrow(busy)
    expect(() => rx.tryDrainBatch(1)).toThrow(busy)
    expect(() => rx.drainBatchSync(1)).toThrow(busy)
    expect(() => rx.consume(() => undefined)).toThrow(busy)
  })

  it('a promise form queues behind it, and only one', async () => {
    const { rx } = withMessages(1, 2)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    const next = rx.recvZeroCopy()
    await expect(rx.recv()).rejects.toEqual(coded(ErrorCode.busy))
    expect(await isPending(next)).toBe(true)
    guard.commit()
    expect((await next)?.copy()).toEqual(bytes(2))
  })

  it('a promise form behind it learns of the end when the guard has ended', async () => {
    const { tx, rx } = withMessages(1)
    const guard = rx.tryRecvZeroCopy() as RxGuard
    const next = rx.recv()
    tx.close()
    expect(await isPending(next)).toBe(true)
    guard.commit()
    expect(await next).toBeUndefined()
  })
})

const batchUses: Readonly<Record<string, (batch: RxBatch, record: RxRecord) => unknown>> = {
  at: (batch) => batch.at(0),
  iteration: (batch) => [...batch],
  commit: (batch) => batch.commit(),
  'bytes of a record': (_, record) => record.bytes,
  'view of a record': (_, record) => record.view,
  'copy of a record': (_, record) => record.copy(),
  'text of a record': (_, record) => record.text(),
}

describe('an RxBatch', () => {
  it('has what is there, in order, and at most what was asked for', () => {
    const { rx } = withMessages(1, 2, 3)
    const batch = rx.tryDrainBatch(2) as RxBatch
    expect(batch.length).toBe(2)
    expect([...batch].map((record) => [record.copy()[0], record.typeId, record.size])).toEqual([
      [1, 1, 1],
      [2, 2, 1],
    ])
    expect(batch.at(1)?.view.getUint8(0)).toBe(2)
    expect(batch.at(2)).toBeUndefined()
    batch.commit()
    expect((rx.tryDrainBatch(2) as RxBatch).length).toBe(1)
  })

  it('is undefined when there is nothing', () => {
    expect(threadPair().rx.tryDrainBatch(4)).toBeUndefined()
  })

  it('decodes text from its records', () => {
    const { tx, rx } = threadPair()
    tx.trySend(Buffer.from('α'))
    expect(rx.tryDrainBatch(1)?.at(0)?.text()).toBe('α')
  })

  it('holds all its slots until its commit', () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const batch = rx.tryDrainBatch(100) as RxBatch
    expect(batch.length).toBe(4)
    expect(tx.trySend(bytes())).toBe(false)
    batch[Symbol.dispose]()
    expect(fill(tx)).toBe(4)
  })

  it('holds its slots through a ring that looks empty', () => {
    const { tx, rx } = threadPair(256)
    tx.trySend(bytes())
    const batch = rx.tryDrainBatch(100) as RxBatch
    expect(fill(tx)).toBe(3)
    expect(batch.length).toBe(1)
  })

  for (const maxMessages of [0, -1, 1.5, Number.NaN, '2'] as number[]) {
    it(`refuses maxMessages of ${JSON.stringify(maxMessages)} in every form`, async () => {
      const { rx } = withMessages(1)
      const refused = coded(ErrorCode.invalidArgument)
      expect(() => rx.tryDrainBatch(maxMessages)).toThrow(refused)
      expect(() => rx.drainBatchSync(maxMessages)).toThrow(refused)
      expect(() => rx.consume(() => undefined, maxMessages)).toThrow(refused)
      await expect(rx.drainBatch(maxMessages)).rejects.toEqual(refused)
    })
  }

  it('takes all there is for Infinity', () => {
    const { rx } = withMessages(1, 2, 3)
    expect(rx.tryDrainBatch(Number.POSITIVE_INFINITY)?.length).toBe(3)
  })

  it('comes as soon as there is one message', async () => {
    const { tx, rx } = threadPair()
    const batch = rx.drainBatch(10)
    expect(await isPending(batch)).toBe(true)
    tx.trySend(bytes(1))
    expect((await batch)?.length).toBe(1)
  })

  for (const [name, use] of Object.entries(batchUses)) {
    it(`throws from ${name} after commit`, () => {
      const batch = withMessages(1).rx.tryDrainBatch(1) as RxBatch
      const record = batch.at(0) as RxRecord
      batch.commit()
      expect(() => use(batch, record)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(batch, record)).toThrow(/RxBatch was ended by commit\(\)/)
    })

    it(`throws from ${name} after close`, () => {
      const { rx } = withMessages(1)
      const batch = rx.tryDrainBatch(1) as RxBatch
      const record = batch.at(0) as RxRecord
      rx.close()
      expect(() => use(batch, record)).toThrow(/RxBatch was ended by close\(\)/)
    })
  }
})

describe('debug', () => {
  it('poisons the slot of a committed guard, and not before', () => {
    const { tx, rx } = threadPair(1024, { debug: true })
    tx.trySend(bytes(1, 2))
    const guard = rx.tryRecvZeroCopy() as RxGuard
    const kept = guard.bytes
    expect(kept).toEqual(bytes(1, 2))
    guard.commit()
    expect(kept).toEqual(bytes(0xdb, 0xdb))
  })

  it('poisons every slot of a committed batch', () => {
    const { tx, rx } = threadPair(1024, { debug: true })
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    const batch = rx.tryDrainBatch(2) as RxBatch
    const kept = [...batch].map((record) => record.bytes)
    batch.commit()
    expect(kept).toEqual([bytes(0xdb), bytes(0xdb)])
  })

  it('poisons what a handler has consumed, even one that threw', () => {
    const { tx, rx } = threadPair(1024, { debug: true })
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    const kept: Uint8Array[] = []
    const seen: number[] = []
    const handler = (view: DataView, offset: number, size: number) => {
      seen.push(view.getUint8(offset))
      kept.push(new Uint8Array(view.buffer, view.byteOffset + offset, size))
      throw new Error('no')
    }
    expect(() => rx.consume(handler)).toThrow('no')
    expect(() => rx.consume(handler)).toThrow('no')
    expect(seen).toEqual([1, 2])
    expect(kept).toEqual([bytes(0xdb), bytes(0xdb)])
  })

  it('leaves the copy that recv gave alone', () => {
    const { tx, rx } = threadPair(1024, { debug: true })
    tx.trySend(bytes(1))
    expect(rx.tryRecv()?.data).toEqual(bytes(1))
  })
})
