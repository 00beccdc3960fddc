import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  connectUnix,
  type FileDescriptor,
  MemoryMapping,
  receiveWithDescriptors,
  sendWithDescriptors,
} from '../../ffi/index.js'
import { RpcBus, type RpcCallee } from '../../src/rpc.js'
import { temporaryPath } from '../support/temporary-path.js'
import { RawListener, RawRing } from '../support/transport/raw-listener.js'

/** Bytes that programs in other languages read and write: written out here, and derived from nothing. */
const dataAt = 768

function hex(bytes: Uint8Array, from: number, length: number): string {
  return Buffer.from(bytes.subarray(from, from + length)).toString('hex')
}

function map(descriptor: FileDescriptor, lengthBytes: number): Uint8Array {
  const mapping = MemoryMapping.map(descriptor.fd, lengthBytes)
  descriptor.close()
  onTestFinished(() => mapping.release())
  return new Uint8Array(mapping.buffer)
}

async function offered(path: string): Promise<{ offer: Uint8Array; descriptors: FileDescriptor[] }> {
  const socket = connectUnix(path) as FileDescriptor
  const offer = new Uint8Array(64)
  for (;;) {
    const message = receiveWithDescriptors(socket.fd, offer, 8)
    if (message === undefined) {
      await sleep(1)
      continue
    }
    socket.close()
    return { offer: offer.subarray(0, message.lengthBytes), descriptors: message.descriptors }
  }
}

/** A callee of ours whose caller is the test. */
async function calleeAndRings(): Promise<{
  callee: RpcCallee
  offer: Uint8Array
  calls: Uint8Array
  replies: Uint8Array
}> {
  const path = temporaryPath()
  let listening: Promise<RpcCallee> | undefined
  await new Promise<void>((resolve) => {
    listening = RpcBus.listen(path, 65536, 4096, { onListening: resolve, allowStall: true })
  })
  const { offer, descriptors } = await offered(path)
  expect(descriptors).toHaveLength(2)
  const [forward, reverse] = descriptors as [FileDescriptor, FileDescriptor]
  const [calls, replies] = [map(forward, dataAt + 65536), map(reverse, dataAt + 4096)]
  const callee = (await listening) as RpcCallee
  onTestFinished(() => callee.close())
  return { callee, offer, calls, replies }
}

describe('the handshake of a callee', () => {
  it('is 32 bytes with both rings and flags 1, and two descriptors: calls first, replies second', async () => {
    const { callee, offer, calls, replies } = await calleeAndRings()
    expect(Buffer.from(offer).toString('hex')).toBe(
      '48434154' + '04000000' + '00000100' + '00030100' + '00100000' + '00130000' + '40000000' + '01000000',
    )
    expect(hex(calls, 0, 20)).toBe('48434154' + '04000000' + '00000100' + '40000000' + '02000000')
    expect(hex(replies, 0, 20)).toBe('48434154' + '04000000' + '00100000' + '40000000' + '02000000')
    expect(callee.peer.native).toBe(false)
  })
})

describe('a reply', () => {
  it('is a record with the id of its call, and 0 before it', async () => {
    const { callee, calls, replies } = await calleeAndRings()
    const call = Buffer.from(calls.buffer)
    call.write('03000000' + '07000000' + '80000000' + '00000000' + '0500000000000000', dataAt, 'hex')
    call.write('616263', dataAt + 64, 'hex')
    call.write('8000000000000000', 128, 'hex')
    expect(callee.serveSync({ timeoutMs: 5000 })).toMatchObject({
      correlationId: 5,
      typeId: 7,
      data: Uint8Array.of(0x61, 0x62, 0x63),
    })
    callee.replySync(5, Uint8Array.of(0xdd), 0xffff)
    expect(hex(replies, dataAt, 24)).toBe('01000000' + 'ffff0000' + '80000000' + '00000000' + '0500000000000000')
    expect(hex(replies, dataAt + 64, 1)).toBe('dd')
    expect(hex(replies, 128, 8)).toBe('8000000000000000')
  })

  it('has an id beyond 2^53 where its call has one', async () => {
    const { callee, calls, replies } = await calleeAndRings()
    const call = Buffer.from(calls.buffer)
    call.write('00000000' + '07000000' + '40000000' + '00000000' + 'fedcba9876543210', dataAt, 'hex')
    call.write('4000000000000000', 128, 'hex')
    expect(callee.serveSync({ timeoutMs: 5000 })?.correlationId).toBe(0x10325476_98badcfen)
    callee.replySync(0x10325476_98badcfen, new Uint8Array(0))
    expect(hex(replies, dataAt + 16, 8)).toBe('fedcba9876543210')
  })
})

describe('a call', () => {
  it('is a record in the first ring, with ids from 1', async () => {
    const path = temporaryPath()
    const rings = [new RawRing(4096), new RawRing(8192)] as const
    const offer = Buffer.from(
      '48434154' + '04000000' + '00100000' + '00130000' + '00200000' + '00230000' + '40000000' + '01000000',
      'hex',
    )
    new RawListener(path, (connection) => {
      sendWithDescriptors(
        connection.fd,
        offer,
        rings.map(({ memory }) => memory.fd),
      )
      connection.close()
    })
    const caller = await RpcBus.connect(path, { allowStall: true })
    onTestFinished(() => caller.close())
    caller.tryCall(Uint8Array.of(0xaa), 0x0102)
    caller.tryCall(new Uint8Array(0), 3)
    const calls = new Uint8Array(rings[0].words.buffer)
    expect(hex(calls, dataAt, 24)).toBe('01000000' + '02010000' + '80000000' + '00000000' + '0100000000000000')
    expect(hex(calls, dataAt + 128, 24)).toBe('00000000' + '03000000' + '40000000' + '00000000' + '0200000000000000')
    expect(hex(calls, 128, 8)).toBe('c000000000000000')
  })
})
