import { describe, expect, it } from 'vitest'
import type { ThreadBus } from '../../../src/bus/thread-bus.js'
import { ErrorCode } from '../../../src/errors.js'
import { bytes, coded, threadPair } from '../../support/bus/thread-pair.js'

const sending: Readonly<Record<string, (bus: ThreadBus) => unknown>> = {
  trySend: (bus) => bus.trySend(bytes(1)),
  sendSync: (bus) => bus.sendSync(bytes(1)),
  trySendZeroCopy: (bus) => bus.trySendZeroCopy(1),
  sendZeroCopySync: (bus) => bus.sendZeroCopySync(1),
  cork: (bus) => bus.cork(),
  uncork: (bus) => bus.uncork(),
  flush: (bus) => bus.flush(),
  corked: (bus) => bus.corked(),
}

const receiving: Readonly<Record<string, (bus: ThreadBus) => unknown>> = {
  tryRecv: (bus) => bus.tryRecv(),
  recvSync: (bus) => bus.recvSync(),
  tryRecvZeroCopy: (bus) => bus.tryRecvZeroCopy(),
  recvZeroCopySync: (bus) => bus.recvZeroCopySync(),
  tryDrainBatch: (bus) => bus.tryDrainBatch(1),
  drainBatchSync: (bus) => bus.drainBatchSync(1),
  consume: (bus) => bus.consume(() => undefined),
  messagesSync: (bus) => [...bus.messagesSync()],
}

const promised = {
  producer: {
    recv: (bus: ThreadBus) => bus.recv(),
    recvZeroCopy: (bus: ThreadBus) => bus.recvZeroCopy(),
    drainBatch: (bus: ThreadBus) => bus.drainBatch(1),
    'for await': (bus: ThreadBus) => bus[Symbol.asyncIterator]().next(),
  },
  consumer: {
    send: (bus: ThreadBus) => bus.send(bytes(1)),
    sendZeroCopy: (bus: ThreadBus) => bus.sendZeroCopy(1),
  },
}

describe('a consumer', () => {
  for (const [form, use] of Object.entries(sending)) {
    it(`throws from ${form}`, () => {
      expect(() => use(threadPair().rx)).toThrow(coded(ErrorCode.wrongRole))
    })
  }
  for (const [form, use] of Object.entries(promised.consumer)) {
    it(`rejects ${form}, and does not throw`, async () => {
      await expect(use(threadPair().rx)).rejects.toEqual(coded(ErrorCode.wrongRole))
    })
  }
})

describe('a producer', () => {
  for (const [form, use] of Object.entries(receiving)) {
    it(`throws from ${form}`, () => {
      expect(() => use(threadPair().tx)).toThrow(coded(ErrorCode.wrongRole))
    })
  }
  for (const [form, use] of Object.entries(promised.producer)) {
    it(`rejects ${form}, and does not throw`, async () => {
      await expect(use(threadPair().tx)).rejects.toEqual(coded(ErrorCode.wrongRole))
    })
  }
})

describe('both', () => {
  it('say who they are', () => {
    const { tx, rx } = threadPair(512)
    expect([tx.role, rx.role]).toEqual(['producer', 'consumer'])
    expect([tx.capacityBytes, rx.capacityBytes]).toEqual([512, 512])
    expect([tx.maxPayloadBytes, rx.maxPayloadBytes]).toEqual([192, 192])
    expect(tx.peer.native).toBe(true)
  })
})
