import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { HEAD_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, drain, fill, threadPair } from '../../support/bus/thread-pair.js'

describe('a corked bus', () => {
  it('shows nothing before uncork', () => {
    const { tx, rx } = threadPair(4096)
    tx.cork()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    expect(rx.tryRecv()).toBeUndefined()
    tx.uncork()
    expect(drain(rx)).toEqual([1, 2])
  })

  it('shows what there is at flush, and stays corked', () => {
    const { tx, rx } = threadPair(4096)
    tx.cork()
    tx.trySend(bytes(1))
    tx.flush()
    tx.trySend(bytes(2))
    expect(drain(rx)).toEqual([1])
    tx.uncork()
  })

  it('nests', () => {
    const { tx, rx } = threadPair(4096)
    tx.cork()
    tx.cork()
    tx.trySend(bytes(1))
    tx.uncork()
    expect(rx.tryRecv()).toBeUndefined()
    tx.uncork()
    expect(drain(rx)).toEqual([1])
  })

  it('takes an uncork too many for nothing', () => {
    const { tx, rx } = threadPair(4096)
    tx.uncork()
    tx.cork()
    tx.trySend(bytes(1))
    expect(rx.tryRecv()).toBeUndefined()
    tx.uncork()
  })

  it('ends with the block of corked(), and only once', () => {
    const { tx, rx } = threadPair(4096)
    tx.cork()
    const corked = tx.corked()
    tx.trySend(bytes(1))
    corked[Symbol.dispose]()
    corked[Symbol.dispose]()
    expect(rx.tryRecv()).toBeUndefined()
    tx.uncork()
    expect(drain(rx)).toEqual([1])
  })

  it('shows every 32nd message', () => {
    const { tx, rx } = threadPair(65536)
    tx.cork()
    for (let count = 0; count < 33; count++) tx.trySend(bytes(count))
    expect(drain(rx)).toHaveLength(32)
    tx.uncork()
  })

  it('shows every quarter of the ring', () => {
    const { tx, rx } = threadPair(1024)
    tx.cork()
    tx.trySend(new Uint8Array(192))
    expect(rx.bytesUsed).toBe(256)
    tx.uncork()
  })

  it('shows everything before it says that the ring is full', () => {
    const { tx, rx } = threadPair(1024)
    tx.cork()
    const sent = fill(tx)
    expect(drain(rx)).toHaveLength(sent)
    tx.uncork()
  })

  it('shows everything before it says that there is no room for a guard', () => {
    const { tx, rx } = threadPair(1024)
    tx.cork()
    tx.trySend(new Uint8Array(448))
    while (tx.bytesUsed < 1024 - 64) tx.trySend(bytes())
    expect(tx.trySendZeroCopy(200)).toBeUndefined()
    expect(rx.bytesUsed).toBe(tx.bytesUsed)
    tx.uncork()
  })

  it('shows everything before a promise send waits', async () => {
    const { tx, rx } = threadPair(1024)
    tx.cork()
    let sent = 0
    while (tx.bytesUsed < 1024 - 64) {
      tx.trySend(bytes())
      sent++
    }
    const waiting = tx.send(bytes(1, 2, 3))
    expect(drain(rx)).toHaveLength(sent)
    await waiting
    tx.uncork()
  })

  it('shows everything when it is closed', () => {
    const { tx, rx } = threadPair(4096)
    tx.cork()
    tx.trySend(bytes(1))
    tx.close()
    expect(rx.tryRecv()?.data[0]).toBe(1)
  })

  it('shows nothing more once the ring is corrupt, closed or not', () => {
    const { bus, link } = scriptedBus('producer', { capacityBytes: 4096 })
    bus.cork()
    bus.trySend(new Uint8Array(1984))
    const head = link.memory.words[HEAD_OFFSET / 4]
    bus.trySend(bytes(1))
    link.memory.words[TAIL_OFFSET / 4] = 1
    expect(() => bus.trySend(new Uint8Array(1984))).toThrow(coded(ErrorCode.corrupt))
    bus.uncork()
    bus.close()
    expect(link.memory.words[HEAD_OFFSET / 4]).toBe(head)
    expect(link.released).toBe('corrupt')
  })

  it('can be uncorked after the end of the bus', () => {
    const { tx } = threadPair()
    tx.cork()
    tx.close()
    expect(() => tx.uncork()).not.toThrow()
    expect(() => tx.flush()).toThrow(coded(ErrorCode.closed))
  })
})
