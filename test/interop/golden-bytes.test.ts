import { once } from 'node:events'
import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Bus } from '../../src/index.js'
import { formatRing } from '../../src/ring/arena-header.js'
import { Consumer } from '../../src/ring/consumer.js'
import { Producer } from '../../src/ring/producer.js'
import { RingMemory } from '../../src/ring/ring-memory.js'
import { temporaryPath } from '../support/temporary-path.js'

/** Bytes that programs in other languages read and write: written out here, and derived from nothing. */
const dataAt = 768

const noSignals = {
  wakePeer() {
    throw new Error('nobody sleeps here')
  },
  corrupt(error: Error) {
    throw error
  },
}

function emptyRing(capacityBytes: number) {
  const bytes = Buffer.from(new ArrayBuffer(dataAt + capacityBytes))
  const memory = new RingMemory(bytes.buffer as ArrayBuffer, capacityBytes)
  formatRing(memory.words, capacityBytes)
  return { bytes, memory }
}

function hex(bytes: Uint8Array, from: number, length: number): string {
  return Buffer.from(bytes.subarray(from, from + length)).toString('hex')
}

describe('the header of a ring', () => {
  it('is magic, version 4, capacity, alignment 64 and state 2, and then nothing but zeros', () => {
    const { bytes } = emptyRing(65536)
    expect(hex(bytes, 0, 20)).toBe('48434154' + '04000000' + '00000100' + '40000000' + '02000000')
    expect(bytes.subarray(20).every((byte) => byte === 0)).toBe(true)
  })

  it('says 2^31 in the capacity of the largest ring', () => {
    const words = new Int32Array(dataAt / 4)
    formatRing(words, 2 ** 31)
    expect(hex(new Uint8Array(words.buffer), 8, 4)).toBe('00000080')
  })

  it('keeps the head at 128, the tail at 256 and the consumer word at 384', () => {
    const { bytes, memory } = emptyRing(4096)
    const consumer = new Consumer(memory, noSignals, { pureSpin: true })
    const producer = new Producer(memory, noSignals)
    producer.tryWrite(new Uint8Array(100), 1)
    producer.publish()
    consumer.peek()
    consumer.commit()
    consumer.publish()
    expect(hex(bytes, 128, 8)).toBe('c000000000000000')
    expect(hex(bytes, 256, 8)).toBe('c000000000000000')
    expect(hex(bytes, 384, 4)).toBe('02000000')
    for (const [from, to] of [
      [20, 128],
      [136, 256],
      [264, 384],
      [388, 768],
    ] as const) {
      expect(bytes.subarray(from, to).every((byte) => byte === 0)).toBe(true)
    }
  })
})

describe('a record', () => {
  it('is size, type id and length of the slot, and its payload 64 bytes on', () => {
    const { bytes, memory } = emptyRing(4096)
    const producer = new Producer(memory, noSignals)
    producer.tryWrite(Buffer.from('ringway'), 0xfedc_ba98)
    producer.publish()
    expect(hex(bytes, dataAt, 12)).toBe('07000000' + '98badcfe' + '80000000')
    expect(hex(bytes, dataAt + 64, 7)).toBe('72696e67776179')
    expect(hex(bytes, 128, 8)).toBe('8000000000000000')
  })

  it.each([
    [0, '00000000', '40000000'],
    [1, '01000000', '80000000'],
    [64, '40000000', '80000000'],
    [65, '41000000', 'c0000000'],
  ])('of %i bytes says size %s and slot %s', (size, sizeHex, slotHex) => {
    const { bytes, memory } = emptyRing(4096)
    const producer = new Producer(memory, noSignals)
    producer.tryWrite(new Uint8Array(size), 0xffff_ffff)
    expect(hex(bytes, dataAt, 12)).toBe(`${sizeHex}ffffffff${slotHex}`)
  })

  it('written by another program is read, whatever is in the bytes that plain messages leave open', () => {
    const { bytes, memory } = emptyRing(4096)
    const consumer = new Consumer(memory, noSignals)
    bytes.write('03000000' + 'ffffffff' + '80000000' + 'a5a5a5a5' + '0123456789abcdef', dataAt, 'hex')
    bytes.write('616263', dataAt + 64, 'hex')
    bytes.write('8000000000000000', 128, 'hex')
    expect(consumer.peek()).toBe(64)
    expect(consumer.size).toBe(3)
    expect(consumer.typeId).toBe(0xffff_ffff)
    expect(Buffer.from(consumer.payload(64)).toString()).toBe('abc')
  })
})

describe('a skip marker', () => {
  it('is ffffffff and 60 zero bytes where a slot would cross the end, and the slot is at index 0', () => {
    const { bytes, memory } = emptyRing(512)
    const producer = new Producer(memory, noSignals)
    const consumer = new Consumer(memory, noSignals)
    bytes.fill(0xee, dataAt + 384, dataAt + 512)
    for (let i = 0; i < 2; i++) {
      producer.tryWrite(new Uint8Array(128), 5)
      producer.publish()
      consumer.peek()
      consumer.commit()
    }
    consumer.publish()
    producer.tryWrite(Buffer.alloc(128, 0x11), 6)
    producer.publish()
    expect(hex(bytes, dataAt + 384, 64)).toBe(`ffffffff${'00'.repeat(60)}`)
    expect(hex(bytes, dataAt + 448, 4)).toBe('eeeeeeee')
    expect(hex(bytes, dataAt, 12)).toBe('80000000' + '06000000' + 'c0000000')
    // 384 consumed, 128 skipped, 192 written.
    expect(hex(bytes, 128, 8)).toBe('c002000000000000')
  })

  it('written by another program is passed over', () => {
    const { bytes, memory } = emptyRing(512)
    bytes.write('8001000000000000', 256, 'hex')
    bytes.write('4002000000000000', 128, 'hex')
    bytes.write(`ffffffff${'00'.repeat(60)}`, dataAt + 384, 'hex')
    bytes.write('00000000' + '2a000000' + '40000000', dataAt, 'hex')
    const consumer = new Consumer(memory, noSignals)
    expect(consumer.peek()).toBe(64)
    expect(consumer.typeId).toBe(42)
    consumer.commit()
    consumer.publish()
    expect(hex(bytes, 256, 8)).toBe('4002000000000000')
  })
})

describe('the handshake of a listener', () => {
  it('is 32 bytes: magic, version 4, capacity and size of the memory, no second ring, alignment 64, no flags', async () => {
    const path = temporaryPath()
    let bus: Promise<Bus> | undefined
    await new Promise<void>((resolve) => {
      bus = Bus.listen(path, 65536, { onListening: resolve }) as Promise<Bus>
    })
    const connection = createConnection(path)
    const [bytes] = (await once(connection, 'data')) as [Buffer]
    connection.destroy()
    expect(bytes.toString('hex')).toBe(
      '48434154' + '04000000' + '00000100' + '00030100' + '00000000' + '00000000' + '40000000' + '00000000',
    )
    await using opened = await bus
    expect(opened?.peer).toMatchObject({ pid: process.pid, native: false })
  })
})
