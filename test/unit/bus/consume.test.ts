import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, drain, fill, threadPair } from '../../support/bus/thread-pair.js'

describe('consume', () => {
  it('hands over each message in place, and says how many', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1, 2), 7)
    tx.trySend(bytes(3), 0xffff_ffff)
    const seen: unknown[] = []
    const handled = rx.consume((view, offset, size, typeId) => seen.push([view.getUint8(offset), size, typeId]))
    expect(handled).toBe(2)
    expect(seen).toEqual([
      [1, 2, 7],
      [3, 1, 0xffff_ffff],
    ])
  })

  it('gives a view of the data area and of nothing else', () => {
    const { tx, rx } = threadPair(1024)
    tx.trySend(bytes(1))
    rx.consume((view) => expect([view.byteOffset, view.byteLength]).toEqual([768, 1024]))
  })

  it('is 0 when there is nothing', () => {
    expect(threadPair().rx.consume(() => undefined)).toBe(0)
  })

  it('stops after maxMessages', () => {
    const { tx, rx } = threadPair()
    for (let count = 0; count < 5; count++) tx.trySend(bytes(count))
    expect(rx.consume(() => undefined, 2)).toBe(2)
    expect(drain(rx)).toEqual([2, 3, 4])
  })

  it('has consumed the message whose handler throws, and no other', () => {
    const { tx, rx } = threadPair()
    for (let count = 0; count < 3; count++) tx.trySend(bytes(count))
    const handler = (view: DataView, offset: number) => {
      if (view.getUint8(offset) === 1) throw new Error('not this one')
    }
    expect(() => rx.consume(handler)).toThrow('not this one')
    expect(drain(rx)).toEqual([2])
  })

  it('is free again after a handler has thrown', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    expect(() =>
      rx.consume(() => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect((await rx.recv())?.data[0]).toBe(2)
  })

  it('ends after the handler that closes the bus', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    let handled = 0
    const count = rx.consume(() => {
      handled++
      rx.close()
    })
    expect([count, handled]).toEqual([1, 1])
    expect(() => rx.consume(() => undefined)).toThrow(coded(ErrorCode.closed))
  })

  it('ends after the handler that closes the bus and throws', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    expect(() =>
      rx.consume(() => {
        rx.close()
        throw new Error('and more')
      }),
    ).toThrow('and more')
    expect(rx.state).toBe('closed')
  })

  it('does not take away the slot of the handler that closes the bus', () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    rx.consume(() => {
      rx.close()
      expect(tx.bytesUsed).toBe(256)
    })
  })

  it('lets its handler send on another bus', () => {
    const { tx, rx } = threadPair()
    const other = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    rx.consume((view, offset, size) => {
      other.tx.trySend(new Uint8Array(view.buffer, view.byteOffset + offset, size))
    })
    expect(drain(other.rx)).toEqual([1, 2])
  })

  it('lets its handler send on a full bus whose reader is itself consumed there', () => {
    const { tx, rx } = threadPair()
    const other = threadPair(256)
    for (let count = 0; count < 6; count++) tx.trySend(bytes(count))
    const received: number[] = []
    rx.consume((view, offset, size) => {
      const data = new Uint8Array(view.buffer, view.byteOffset + offset, size)
      while (!other.tx.trySend(data)) other.rx.consume((v, o) => received.push(v.getUint8(o)))
    })
    other.rx.consume((v, o) => received.push(v.getUint8(o)))
    expect(received).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('refuses a receive on the same bus from its handler, in every form', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    const busy = coded(ErrorCode.busy)
    let promised: Promise<unknown> | undefined
    const handled = rx.consume(() => {
      expect(() => rx.tryRecv()).toThrow(busy)
      expect(() => rx.recvSync()).toThrow(busy)
      expect(() => rx.tryRecvZeroCopy()).toThrow(busy)
      expect(() => rx.tryDrainBatch(1)).toThrow(busy)
      expect(() => rx.consume(() => undefined)).toThrow(busy)
      promised = rx.recv()
      promised.catch(() => undefined)
    })
    expect(handled).toBe(2)
    await expect(promised).rejects.toEqual(busy)
  })

  it('returns although the producer never rests', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    const handled = rx.consume(() => {
      tx.trySend(bytes(1))
      tx.trySend(bytes(1))
    })
    expect(handled).toBe(1)
  })

  it('gives the room back while it goes on', () => {
    const { tx, rx } = threadPair(256)
    fill(tx)
    let freed = false
    rx.consume(() => {
      freed ||= tx.trySend(bytes())
    })
    expect(freed).toBe(true)
  })

  it('delivers what came before the death of the peer, and then throws', () => {
    const { bus, link } = scriptedBus('consumer')
    const producer = link.producer()
    producer.tryWrite(bytes(1), 0)
    producer.publish()
    link.finish('peer-dead')
    expect(bus.consume(() => undefined)).toBe(1)
    expect(() => bus.consume(() => undefined)).toThrow(coded(ErrorCode.peerDead))
  })

  it('keeps throwing the same error once the ring is corrupt', () => {
    const { bus, link } = scriptedBus('consumer')
    link.memory.words[HEAD_OFFSET / 4] = 64
    const errors: unknown[] = []
    for (let round = 0; round < 2; round++) {
      try {
        bus.consume(() => undefined)
      } catch (error) {
        errors.push(error)
      }
    }
    expect(errors[0]).toEqual(coded(ErrorCode.corrupt))
    expect(errors[1]).toBe(errors[0])
  })
})
