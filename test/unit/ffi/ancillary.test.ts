import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptUnix,
  connectUnix,
  createSealedMemfd,
  type FileDescriptor,
  fileLength,
  listenUnix,
  receiveNow,
  receiveWithDescriptors,
  sendNow,
  sendWithDescriptors,
} from '../../../ffi/index.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'
import { openDescriptors } from '../../support/process-resources.js'

let folder = ''
let before = new Map<number, string>()
let near: FileDescriptor
let far: FileDescriptor

let receiveAtLimit = ''

// Before descriptors are counted: the bundler keeps some of its own.
beforeAll(async () => {
  receiveAtLimit = await bundleProgram('receive-at-limit')
})

beforeEach(() => {
  before = openDescriptors()
  folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  const path = join(folder, 'x.sock')
  using listener = listenUnix(path, 1)
  near = connectUnix(path) as FileDescriptor
  far = acceptUnix(listener.fd) as FileDescriptor
})

afterEach(() => {
  near.close()
  far.close()
  rmSync(folder, { recursive: true })
  expect(openDescriptors()).toEqual(before)
})

const offer = Uint8Array.from({ length: 32 }, (_, index) => index)

describe('sendWithDescriptors and receiveWithDescriptors', () => {
  it('pass descriptors in order, beside their bytes', () => {
    using forward = createSealedMemfd('forward', 4096)
    using reverse = createSealedMemfd('reverse', 8192)
    expect(sendWithDescriptors(near.fd, offer, [forward.fd, reverse.fd])).toBe(32)
    const bytes = new Uint8Array(40)
    const message = receiveWithDescriptors(far.fd, bytes.subarray(4), 2)
    expect(message).toMatchObject({ lengthBytes: 32, surplusDescriptors: 0 })
    expect([...bytes.subarray(4, 36)]).toEqual([...offer])
    expect(message?.descriptors.map(({ fd }) => fileLength(fd))).toEqual([4096, 8192])
    for (const descriptor of message?.descriptors ?? []) {
      expect([forward.fd, reverse.fd]).not.toContain(descriptor.fd)
      expect(readFileSync(`/proc/self/fdinfo/${descriptor.fd}`, 'utf8')).toMatch(/flags:\s+02\d{6}/)
      descriptor.close()
    }
  })

  it('pass bytes alone', () => {
    sendNow(near.fd, offer)
    const message = receiveWithDescriptors(far.fd, new Uint8Array(32), 1)
    expect(message).toEqual({ lengthBytes: 32, descriptors: [], surplusDescriptors: 0 })
  })

  it('close what nobody asked for, and say how many there were', () => {
    using memory = createSealedMemfd('surplus', 4096)
    sendWithDescriptors(near.fd, offer, [memory.fd, memory.fd, memory.fd])
    const open = openDescriptors().size
    const message = receiveWithDescriptors(far.fd, new Uint8Array(32), 1)
    expect(message).toMatchObject({ lengthBytes: 32, surplusDescriptors: 2 })
    expect(message?.descriptors).toHaveLength(1)
    expect(openDescriptors().size).toBe(open + 1)
    message?.descriptors[0]?.close()
  })

  it('see all 253 that a message can carry', () => {
    using memory = createSealedMemfd('many', 4096)
    const descriptors = new Array<number>(253).fill(memory.fd)
    expect(sendWithDescriptors(near.fd, offer, descriptors)).toBe(32)
    const message = receiveWithDescriptors(far.fd, new Uint8Array(32), 2)
    expect(message?.surplusDescriptors).toBe(251)
    for (const descriptor of message?.descriptors ?? []) descriptor.close()
    expect(() => sendWithDescriptors(near.fd, offer, [...descriptors, memory.fd])).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'sendmsg', code: 'EINVAL' }),
    )
  })

  it('take the descriptors with the first bytes when the bytes are read in parts', () => {
    using memory = createSealedMemfd('parts', 4096)
    sendWithDescriptors(near.fd, offer, [memory.fd])
    const first = receiveWithDescriptors(far.fd, new Uint8Array(20), 1)
    expect(first?.lengthBytes).toBe(20)
    expect(first?.descriptors).toHaveLength(1)
    first?.descriptors[0]?.close()
    expect(receiveWithDescriptors(far.fd, new Uint8Array(20), 1)).toMatchObject({ lengthBytes: 12, descriptors: [] })
  })

  it('report descriptors that the kernel had to cut off, because this process may open no more', async () => {
    const child = spawnProgram('/bin/sh', ['-c', `ulimit -n 40; exec "$0" "$1"`, process.execPath, receiveAtLimit])
    expect(await child.json()).toEqual({ lengthBytes: 1, kept: 1, surplusIsReported: true, leaked: 0 })
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' })
  })

  it('tell nothing yet from the end', () => {
    expect(receiveWithDescriptors(far.fd, new Uint8Array(32), 1)).toBeUndefined()
    near.close()
    expect(receiveWithDescriptors(far.fd, new Uint8Array(32), 1)).toMatchObject({ lengthBytes: 0, descriptors: [] })
  })

  it('refuse empty buffers: descriptors travel with a byte, and 0 means the end', () => {
    expect(() => sendWithDescriptors(near.fd, new Uint8Array(0), [0])).toThrow(RangeError)
    expect(() => receiveWithDescriptors(far.fd, new Uint8Array(0), 1)).toThrow(RangeError)
  })

  it('never wait for room', () => {
    const filler = new Uint8Array(65_536)
    while (sendNow(near.fd, filler) !== undefined) {
      // Until the buffer is full.
    }
    expect(sendWithDescriptors(near.fd, offer, [])).toBeUndefined()
  })

  it('throw when the other end is gone, or the descriptor is not open', () => {
    far.close()
    expect(() => sendWithDescriptors(near.fd, offer, [])).toThrow(expect.objectContaining({ code: 'EPIPE' }))
    expect(() => receiveWithDescriptors(-1, new Uint8Array(1), 1)).toThrow(
      expect.objectContaining({ syscall: 'recvmsg', code: 'EBADF' }),
    )
    const closed = openSync('/dev/null', 'r')
    closeSync(closed)
    expect(() => sendWithDescriptors(near.fd, offer, [closed])).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  it('lose passed descriptors to a plain receive, which is why the first look is receiveWithDescriptors', () => {
    using memory = createSealedMemfd('lost', 4096)
    sendWithDescriptors(near.fd, offer, [memory.fd])
    const open = openDescriptors().size
    expect(receiveNow(far.fd, new Uint8Array(32))).toBe(32)
    expect(openDescriptors().size).toBe(open)
  })
})
