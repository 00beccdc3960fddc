import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { bytes, coded, isPending, threadPair } from '../../support/bus/thread-pair.js'

describe('for await', () => {
  it('gives every message until the peer closes', async () => {
    const { tx, rx } = threadPair()
    for (let count = 0; count < 3; count++) tx.trySend(bytes(count))
    tx.close()
    const seen: (number | undefined)[] = []
    for await (const message of rx) seen.push(message.data[0])
    expect(seen).toEqual([0, 1, 2])
  })

  it('ends quietly when the bus is closed inside it', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    let seen = 0
    for await (const _ of rx) {
      seen++
      rx.close()
    }
    expect(seen).toBe(1)
  })

  it('throws when the bus is closed elsewhere while it waits', async () => {
    const { rx } = threadPair()
    const loop = (async () => {
      for await (const _ of rx) expect.unreachable()
    })()
    expect(await isPending(loop)).toBe(true)
    rx.close()
    await expect(loop).rejects.toEqual(coded(ErrorCode.closed))
  })

  it('leaves the bus open, and the rest in it, after break', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    for await (const _ of rx) break
    expect(rx.state).toBe('open')
    expect(rx.tryRecv()?.data[0]).toBe(2)
  })

  it('leaves the bus open when its body throws', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    await expect(
      (async () => {
        for await (const _ of rx) throw new Error('enough')
      })(),
    ).rejects.toThrow('enough')
    expect(rx.tryRecv()).toBeUndefined()
  })
})

describe('messagesSync', () => {
  it('gives every message until the peer closes', () => {
    const { tx, rx } = threadPair()
    for (let count = 0; count < 3; count++) tx.trySend(bytes(count))
    tx.close()
    expect([...rx.messagesSync()].map((message) => message.data[0])).toEqual([0, 1, 2])
  })

  it('ends quietly when the bus is closed inside it', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(bytes(2))
    let seen = 0
    for (const _ of rx.messagesSync()) {
      seen++
      rx.close()
    }
    expect(seen).toBe(1)
  })

  it('leaves the bus open after break', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    for (const _ of rx.messagesSync()) break
    expect(rx.state).toBe('open')
  })
})
