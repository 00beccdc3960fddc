import { describe, expect, it } from 'vitest'
import type { TxGuard } from '../../../src/bus/tx-guard.js'
import { ErrorCode } from '../../../src/errors.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, drain, fill, isPending, threadPair } from '../../support/bus/thread-pair.js'

const uses: Readonly<Record<string, (guard: TxGuard) => unknown>> = {
  bytes: (guard) => guard.bytes,
  view: (guard) => guard.view,
  commit: (guard) => guard.commit(),
  rollback: (guard) => guard.rollback(),
}

describe('a TxGuard', () => {
  it('sends what was written into it', () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(8, 7) as TxGuard
    guard.bytes.fill(1)
    guard.view.setUint32(4, 0x0202_0202)
    guard.commit()
    expect(rx.tryRecv()).toMatchObject({ data: bytes(1, 1, 1, 1, 2, 2, 2, 2), typeId: 7 })
  })

  it('shows nothing to the consumer before its commit', () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(8) as TxGuard
    expect(rx.tryRecv()).toBeUndefined()
    guard.commit()
    expect(rx.tryRecv()).toBeDefined()
  })

  it('sends fewer bytes than it asked for', () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(200) as TxGuard
    guard.bytes[0] = 5
    guard.commit(1)
    tx.trySend(bytes(6))
    expect(drain(rx)).toEqual([5, 6])
  })

  for (const actual of [-1, 9, 1.5, Number.NaN]) {
    it(`refuses a commit of ${actual} bytes of 8, and stays open`, () => {
      const { tx, rx } = threadPair()
      const guard = tx.trySendZeroCopy(8) as TxGuard
      expect(() => guard.commit(actual)).toThrow(coded(ErrorCode.invalidArgument))
      guard.commit(8)
      expect(rx.tryRecv()?.data.length).toBe(8)
    })
  }

  it('sends nothing after rollback, and gives the room back', () => {
    const { tx, rx } = threadPair(256)
    for (let round = 0; round < 20; round++) (tx.trySendZeroCopy(64) as TxGuard).rollback()
    expect(rx.tryRecv()).toBeUndefined()
    expect(fill(tx)).toBe(4)
  })

  it('can be rolled back where it lies behind the end of the ring', () => {
    const { tx, rx } = threadPair(256)
    for (let count = 0; count < 3; count++) {
      tx.trySend(bytes())
      rx.tryRecv()
    }
    const guard = tx.trySendZeroCopy(64) as TxGuard
    guard.rollback()
    expect(rx.tryRecv()).toBeUndefined()
    tx.trySend(bytes(4))
    expect(drain(rx)).toEqual([4])
  })

  it('rolls back when it is disposed without a commit', () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(8) as TxGuard
    guard[Symbol.dispose]()
    expect(rx.tryRecv()).toBeUndefined()
    expect(() => guard.bytes).toThrow(/ended by rollback\(\)/)
  })

  it('is left alone by disposal after a commit', () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(8) as TxGuard
    guard.commit()
    guard[Symbol.dispose]()
    expect(drain(rx)).toHaveLength(1)
  })

  for (const maxBytes of [-1, 1.5, Number.NaN, '8'] as number[]) {
    it(`refuses a slot of ${JSON.stringify(maxBytes)} bytes in every form`, async () => {
      const { tx } = threadPair()
      const refused = coded(ErrorCode.invalidArgument)
      expect(() => tx.trySendZeroCopy(maxBytes)).toThrow(refused)
      expect(() => tx.sendZeroCopySync(maxBytes)).toThrow(refused)
      await expect(tx.sendZeroCopy(maxBytes)).rejects.toEqual(refused)
    })
  }

  for (const [name, use] of Object.entries(uses)) {
    it(`throws from ${name} after commit, and says so`, () => {
      const guard = threadPair().tx.trySendZeroCopy(8) as TxGuard
      guard.commit()
      expect(() => use(guard)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(guard)).toThrow(/commit\(\)/)
    })

    it(`throws from ${name} after rollback, and says so`, () => {
      const guard = threadPair().tx.trySendZeroCopy(8) as TxGuard
      guard.rollback()
      expect(() => use(guard)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(guard)).toThrow(/rollback\(\)/)
    })

    it(`throws from ${name} after close, and says so`, () => {
      const { tx } = threadPair()
      const guard = tx.trySendZeroCopy(8) as TxGuard
      tx.close()
      expect(() => use(guard)).toThrow(coded(ErrorCode.guardEnded))
      expect(() => use(guard)).toThrow(/close\(\)/)
    })
  }

  it('throws from commit how the bus ended, as every send does, and says then that it has ended', () => {
    const { bus, link } = scriptedBus('producer')
    const guard = bus.trySendZeroCopy(8) as TxGuard
    link.finish('peer-dead')
    guard.bytes.fill(1)
    expect(() => guard.commit()).toThrow(coded(ErrorCode.peerDead))
    expect(() => guard.commit()).toThrow(coded(ErrorCode.guardEnded))
    expect(link.memory.words[HEAD_OFFSET / 4]).toBe(0)
  })

  it('is rolled back quietly after the end of the bus', () => {
    const { bus, link } = scriptedBus('producer')
    const guard = bus.trySendZeroCopy(8) as TxGuard
    link.finish('peer-closed')
    expect(() => guard[Symbol.dispose]()).not.toThrow()
    expect(() => bus.trySend(bytes(1))).toThrow(coded(ErrorCode.peerClosed))
  })

  it('that was promised in the moment in which the bus ended tells so at its commit', async () => {
    const { bus, link, sleeper } = scriptedBus('producer', { hotUs: 0 })
    const consumer = link.consumer()
    while (bus.trySend(new Uint8Array(192)));
    const promised = bus.sendZeroCopy(1)
    consumer.peek()
    consumer.commit()
    consumer.publish()
    sleeper.wake()
    link.finish('peer-closed')
    const guard = await promised
    expect(() => guard.commit()).toThrow(coded(ErrorCode.peerClosed))
  })

  it('ends with close after the end of the bus, too', () => {
    const { bus, link } = scriptedBus('producer')
    const guard = bus.trySendZeroCopy(8) as TxGuard
    link.finish('peer-dead')
    bus.close()
    expect(() => guard.bytes).toThrow(/ended by close\(\)/)
  })

  it('is disposed of quietly after close', () => {
    const { tx } = threadPair()
    const guard = tx.trySendZeroCopy(8) as TxGuard
    tx.close()
    expect(() => guard[Symbol.dispose]()).not.toThrow()
  })
})

describe('while a TxGuard is open', () => {
  it('the forms that cannot wait for it throw', () => {
    const { tx } = threadPair()
    tx.trySendZeroCopy(8)
    const busy = coded(ErrorCode.busy)
    expect(() => tx.trySend(bytes(1))).toThrow(busy)
    expect(() => tx.sendSync(bytes(1))).toThrow(busy)
    expect(() => tx.trySendZeroCopy(1)).toThrow(busy)
    expect(() => tx.sendZeroCopySync(1)).toThrow(busy)
  })

  it('promise sends queue behind it, in order', async () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(1) as TxGuard
    const sends = [tx.send(bytes(2)), tx.send(bytes(3))]
    expect(await isPending(Promise.race(sends))).toBe(true)
    guard.bytes[0] = 1
    guard.commit()
    await Promise.all(sends)
    expect(drain(rx)).toEqual([1, 2, 3])
  })

  it('promise sends go on after a rollback, too', async () => {
    const { tx, rx } = threadPair()
    const guard = tx.trySendZeroCopy(1) as TxGuard
    const sent = tx.send(bytes(2))
    guard.rollback()
    await sent
    expect(drain(rx)).toEqual([2])
  })

  it('a promised guard is handed out when the one before it has ended', async () => {
    const { tx } = threadPair()
    const first = await tx.sendZeroCopy(1)
    const second = tx.sendZeroCopy(1)
    expect(await isPending(second)).toBe(true)
    first.commit()
    const guard = await second
    expect(() => tx.trySend(bytes(1))).toThrow(coded(ErrorCode.busy))
    guard.commit()
    expect(tx.trySend(bytes(1))).toBe(true)
  })

  it('a promise send behind it can time out', async () => {
    const { tx } = threadPair()
    tx.trySendZeroCopy(1)
    await expect(tx.send(bytes(2), 0, { timeoutMs: 3 })).rejects.toEqual(coded(ErrorCode.timeout))
  })

  it('the end of the bus rejects what queues behind it', async () => {
    const { bus, link } = scriptedBus('producer')
    bus.trySendZeroCopy(1)
    const sent = bus.send(bytes(2))
    link.finish('peer-dead')
    await expect(sent).rejects.toEqual(coded(ErrorCode.peerDead))
  })

  it('a close rejects what queues behind it', async () => {
    const { tx } = threadPair()
    tx.trySendZeroCopy(1)
    const sent = tx.send(bytes(2))
    tx.close()
    await expect(sent).rejects.toEqual(coded(ErrorCode.closed))
  })

  it('corked messages before it are shown to the consumer when somebody waits behind it', async () => {
    const { tx, rx } = threadPair()
    tx.cork()
    tx.trySend(bytes(1))
    const guard = tx.trySendZeroCopy(1) as TxGuard
    expect(rx.tryRecv()).toBeUndefined()
    const sent = tx.send(bytes(3))
    expect(rx.tryRecv()?.data[0]).toBe(1)
    guard.rollback()
    await sent
  })
})
