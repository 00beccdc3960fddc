import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { CONSUMER_WORD_OFFSET, WORD_PURE_SPIN } from '../../../src/ring/ring-descriptor.js'
import { bytes, coded, drain, isPending, threadPair } from '../../support/bus/thread-pair.js'

describe('tryRecv', () => {
  it('is undefined while there is nothing', () => {
    expect(threadPair().rx.tryRecv()).toBeUndefined()
  })

  it('gives a message that owns its bytes', () => {
    const { tx, rx, buffer } = threadPair()
    tx.trySend(bytes(1, 2, 3))
    const message = rx.tryRecv()
    new Uint8Array(buffer).fill(0xee)
    expect(message?.data).toEqual(bytes(1, 2, 3))
    expect(message?.data.buffer).toBeInstanceOf(ArrayBuffer)
  })

  it('gives messages of zero bytes', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(), 3)
    expect(rx.tryRecv()).toMatchObject({ data: bytes(), typeId: 3 })
  })
})

describe('Message.text', () => {
  it('decodes UTF-8 and replaces what is none', () => {
    const { tx, rx } = threadPair()
    tx.trySend(Buffer.from('grüße'))
    tx.trySend(bytes(0x41, 0xff))
    expect(rx.tryRecv()?.text()).toBe('grüße')
    expect(rx.tryRecv()?.text()).toBe('A\ufffd')
  })
})

describe('Message.text, RxGuard.text and RxRecord.text', () => {
  it('keep a byte order mark', () => {
    const { tx, rx } = threadPair()
    for (let count = 0; count < 3; count++) tx.trySend(Buffer.from('\ufeffx'))
    expect(rx.tryRecv()?.text()).toBe('\ufeffx')
    const guard = rx.tryRecvZeroCopy()
    expect(guard?.text()).toBe('\ufeffx')
    guard?.commit()
    expect(rx.tryDrainBatch(1)?.at(0)?.text()).toBe('\ufeffx')
  })
})

describe('recv', () => {
  it('takes what is there before it returns', async () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    const received = rx.recv()
    expect(rx.bytesUsed).toBe(0)
    expect((await received)?.data[0]).toBe(1)
  })

  it('waits for a message while hot', async () => {
    const { tx, rx } = threadPair(1024, { hotUs: 1_000_000 })
    const received = rx.recv()
    expect(await isPending(received)).toBe(true)
    tx.trySend(bytes(8))
    expect((await received)?.data[0]).toBe(8)
  })

  it('waits for a message asleep', async () => {
    const { tx, rx } = threadPair(1024, { hotUs: 0 })
    const received = rx.recv()
    expect(await isPending(received)).toBe(true)
    tx.trySend(bytes(8))
    expect((await received)?.data[0]).toBe(8)
  })

  it('loses no message to a hundred sleeps', async () => {
    const { tx, rx } = threadPair(1024, { hotUs: 0 })
    for (let count = 0; count < 100; count++) {
      const received = rx.recv()
      if (count % 3 === 0) await isPending(received, 1)
      tx.trySend(bytes(count))
      expect((await received)?.data[0]).toBe(count)
    }
  })

  it('refuses a second receive in every form, and leaves the first one alone', async () => {
    const { tx, rx } = threadPair()
    const first = rx.recv()
    const busy = coded(ErrorCode.busy)
    await expect(rx.recv()).rejects.toEqual(busy)
    await expect(rx.recvZeroCopy()).rejects.toEqual(busy)
    await expect(rx.drainBatch(1)).rejects.toEqual(busy)
    await expect(rx[Symbol.asyncIterator]().next()).rejects.toEqual(busy)
    expect(() => rx.tryRecv()).toThrow(busy)
    expect(() => rx.recvSync()).toThrow(busy)
    expect(() => rx.tryRecvZeroCopy()).toThrow(busy)
    expect(() => rx.recvZeroCopySync()).toThrow(busy)
    expect(() => rx.tryDrainBatch(1)).toThrow(busy)
    expect(() => rx.drainBatchSync(1)).toThrow(busy)
    expect(() => rx.consume(() => undefined)).toThrow(busy)
    expect(() => rx.messagesSync().next()).toThrow(busy)
    tx.trySend(bytes(1))
    expect((await first)?.data[0]).toBe(1)
  })
})

describe('recvSync', () => {
  it('takes what is there', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(3))
    expect(rx.recvSync()?.data[0]).toBe(3)
  })

  it('throws TimeoutError when nothing comes, and loses nothing by it', () => {
    const { tx, rx } = threadPair()
    expect(() => rx.recvSync({ timeoutMs: 3 })).toThrow(coded(ErrorCode.timeout))
    tx.trySend(bytes(3))
    expect(rx.recvSync({ timeoutMs: 3 })?.data[0]).toBe(3)
  })
})

describe('pureSpin', () => {
  const word = (buffer: SharedArrayBuffer) => new Int32Array(buffer)[CONSUMER_WORD_OFFSET / 4]

  it('tells the producer that nobody sleeps, waiting or not', async () => {
    const { buffer, tx, rx } = threadPair(1024, { pureSpin: true })
    expect(word(buffer)).toBe(WORD_PURE_SPIN)
    const received = rx.recv()
    await isPending(received)
    expect(word(buffer)).toBe(WORD_PURE_SPIN)
    tx.trySend(bytes(1))
    expect((await received)?.data[0]).toBe(1)
  })

  it('times out all the same', async () => {
    const { rx } = threadPair(1024, { pureSpin: true })
    expect(() => rx.recvSync({ timeoutMs: 3 })).toThrow(coded(ErrorCode.timeout))
    await expect(rx.recv({ timeoutMs: 3 })).rejects.toEqual(coded(ErrorCode.timeout))
  })
})

describe('bytesUsed', () => {
  it('counts headers and padding, at both ends', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.trySend(new Uint8Array(65))
    expect([tx.bytesUsed, rx.bytesUsed]).toEqual([128 + 192, 128 + 192])
    drain(rx)
    expect([tx.bytesUsed, rx.bytesUsed]).toEqual([0, 0])
  })

  it('is 0 once closed', () => {
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    tx.close()
    rx.close()
    expect([tx.bytesUsed, rx.bytesUsed]).toEqual([0, 0])
  })
})
