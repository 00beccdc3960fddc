import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, drain, fill, isPending, threadPair } from '../../support/bus/thread-pair.js'

describe('what can be sent', () => {
  const source = Uint8Array.of(9, 1, 2, 3, 4, 9).buffer
  const kinds = {
    'a Uint8Array': new Uint8Array(source, 1, 4),
    'a Buffer': Buffer.from(source, 1, 4),
    'a DataView': new DataView(source, 1, 4),
    'a Uint16Array': new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer),
    'an ArrayBuffer': Uint8Array.of(1, 2, 3, 4).buffer,
    'a SharedArrayBuffer': (() => {
      const shared = new SharedArrayBuffer(4)
      new Uint8Array(shared).set([1, 2, 3, 4])
      return shared
    })(),
  }
  for (const [kind, payload] of Object.entries(kinds)) {
    it(`takes the bytes of ${kind}`, () => {
      const { tx, rx } = threadPair()
      expect(tx.trySend(payload)).toBe(true)
      expect(rx.tryRecv()?.data).toEqual(Uint8Array.of(1, 2, 3, 4))
    })
  }

  for (const payload of ['text', null, undefined, 7, [1, 2], {}] as unknown[]) {
    it(`refuses ${JSON.stringify(payload) ?? 'undefined'}`, () => {
      const { tx } = threadPair()
      expect(() => tx.trySend(payload as Uint8Array)).toThrow(coded(ErrorCode.invalidArgument))
    })
  }

  for (const typeId of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    it(`carries type id ${typeId}`, () => {
      const { tx, rx } = threadPair()
      tx.trySend(bytes(1), typeId)
      expect(rx.tryRecv()?.typeId).toBe(typeId)
    })
  }

  for (const typeId of [-1, 1.5, 0x1_0000_0000, Number.NaN, '7'] as number[]) {
    it(`refuses type id ${JSON.stringify(typeId)} in every form`, async () => {
      const { tx } = threadPair()
      const refused = coded(ErrorCode.invalidArgument)
      expect(() => tx.trySend(bytes(1), typeId)).toThrow(refused)
      expect(() => tx.sendSync(bytes(1), typeId)).toThrow(refused)
      expect(() => tx.trySendZeroCopy(1, typeId)).toThrow(refused)
      expect(() => tx.sendZeroCopySync(1, typeId)).toThrow(refused)
      await expect(tx.send(bytes(1), typeId)).rejects.toEqual(refused)
      await expect(tx.sendZeroCopy(1, typeId)).rejects.toEqual(refused)
    })
  }

  it('takes a payload of maxPayloadBytes', () => {
    const { tx, rx } = threadPair(1024)
    expect(tx.maxPayloadBytes).toBe(448)
    expect(tx.trySend(new Uint8Array(448).fill(7))).toBe(true)
    expect(rx.tryRecv()?.data).toEqual(new Uint8Array(448).fill(7))
  })

  it('refuses one byte more in every form, and says both numbers', async () => {
    const { tx } = threadPair(1024)
    const tooLarge = coded(ErrorCode.tooLarge)
    expect(() => tx.trySend(new Uint8Array(449))).toThrow(tooLarge)
    expect(() => tx.trySend(new Uint8Array(449))).toThrow(/449 bytes.*at most 448/)
    expect(() => tx.sendSync(new Uint8Array(449))).toThrow(tooLarge)
    expect(() => tx.trySendZeroCopy(449)).toThrow(tooLarge)
    expect(() => tx.sendZeroCopySync(449)).toThrow(tooLarge)
    await expect(tx.send(new Uint8Array(449))).rejects.toEqual(tooLarge)
    await expect(tx.sendZeroCopy(449)).rejects.toEqual(tooLarge)
  })

  it('refuses what is too large at once, even where a promise send waits before it', async () => {
    const { tx, rx } = threadPair(1024)
    fill(tx)
    const waiting = tx.send(bytes(1))
    expect(() => tx.trySend(new Uint8Array(449))).toThrow(coded(ErrorCode.tooLarge))
    expect(() => tx.trySendZeroCopy(449)).toThrow(coded(ErrorCode.tooLarge))
    await expect(tx.send(new Uint8Array(449))).rejects.toEqual(coded(ErrorCode.tooLarge))
    drain(rx)
    await waiting
  })

  it('refuses, before a foreign consumer, what that one might never make room for', () => {
    const { bus } = scriptedBus('producer', { capacityBytes: 65536, native: false })
    expect(bus.maxPayloadBytes).toBe(Math.floor(65536 / 33 / 64) * 64 - 64)
    expect(() => bus.trySend(new Uint8Array(bus.maxPayloadBytes + 1))).toThrow(coded(ErrorCode.wouldStall))
  })

  it('sends it all the same with allowStall', () => {
    const { bus } = scriptedBus('producer', { capacityBytes: 65536, native: false, allowStall: true })
    expect(bus.trySend(new Uint8Array(65536 / 2 - 64))).toBe(true)
  })
})

describe('trySend', () => {
  it('is false when the ring is full, and true once the consumer has made room', () => {
    const { tx, rx } = threadPair(256)
    expect(fill(tx)).toBe(4)
    expect(tx.trySend(bytes())).toBe(false)
    rx.tryRecv()
    expect(tx.trySend(bytes())).toBe(true)
  })

  it('is false while promise sends wait, even where there is room by now', async () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const waiting = tx.send(bytes(9))
    drain(rx)
    expect(tx.trySend(bytes(8))).toBe(false)
    expect(tx.trySendZeroCopy(0)).toBeUndefined()
    await waiting
    expect(tx.trySend(bytes(8))).toBe(true)
    expect(drain(rx)).toEqual([9, 8])
  })

  it('has copied the payload when it returns', () => {
    const { tx, rx } = threadPair()
    const data = bytes(1)
    tx.trySend(data)
    data[0] = 2
    expect(rx.tryRecv()?.data[0]).toBe(1)
  })
})

describe('send', () => {
  it('does its work before it returns, where there is room', () => {
    const { tx, rx } = threadPair()
    const sent = tx.send(bytes(5))
    expect(rx.tryRecv()?.data[0]).toBe(5)
    return sent
  })

  it('waits for room', async () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const sent = tx.send(bytes())
    expect(await isPending(sent)).toBe(true)
    rx.tryRecv()
    await sent
  })

  it('keeps the order of the calls, the zero-copy ones among them', async () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const order: string[] = []
    const sends = [
      tx.send(bytes(1)).then(() => order.push('first')),
      tx.sendZeroCopy(1).then((guard) => {
        order.push('second')
        guard.bytes[0] = 2
        guard.commit()
      }),
      tx.send(bytes(3)).then(() => order.push('third')),
    ]
    const received: (number | undefined)[] = []
    while (received.length < 7) received.push((await rx.recv())?.data[0])
    await Promise.all(sends)
    expect(order).toEqual(['first', 'second', 'third'])
    expect(received.slice(4)).toEqual([1, 2, 3])
  })

  it('lets a small message go when a large one before it has given up, though the consumer rests', async () => {
    const { tx } = threadPair(1024, { hotUs: 0 })
    while (tx.bytesUsed < 1024 - 128) tx.trySend(bytes())
    const abort = new AbortController()
    const large = tx.send(new Uint8Array(400), 0, { signal: abort.signal })
    const small = tx.send(bytes(7))
    expect(await isPending(small)).toBe(true)
    abort.abort(new Error('enough'))
    await expect(large).rejects.toThrow('enough')
    await small
  })

  it('lets a small message go when a large one before it has timed out', async () => {
    const { tx } = threadPair(1024, { hotUs: 0 })
    while (tx.bytesUsed < 1024 - 128) tx.trySend(bytes())
    const large = tx.send(new Uint8Array(400), 0, { timeoutMs: 5 })
    const small = tx.send(bytes(7))
    await expect(large).rejects.toEqual(coded(ErrorCode.timeout))
    await small
  })
})

describe('sendSync', () => {
  it('sends at once where there is room', () => {
    const { tx, rx } = threadPair()
    tx.sendSync(bytes(4), 6)
    expect(rx.tryRecv()).toMatchObject({ data: bytes(4), typeId: 6 })
  })

  it('throws TimeoutError when no room comes', () => {
    const { tx } = threadPair(256)
    fill(tx)
    expect(() => tx.sendSync(bytes(1), 0, { timeoutMs: 3 })).toThrow(coded(ErrorCode.timeout))
    expect(() => tx.sendSync(bytes(1), 0, { timeoutMs: 3 })).toThrow(/sendSync took longer than 3 ms/)
  })

  it('is refused while promise sends wait, which would come later than it', async () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    const waiting = tx.send(bytes(1))
    expect(() => tx.sendSync(bytes(2))).toThrow(coded(ErrorCode.busy))
    expect(() => tx.sendZeroCopySync(1)).toThrow(coded(ErrorCode.busy))
    drain(rx)
    await waiting
  })
})
