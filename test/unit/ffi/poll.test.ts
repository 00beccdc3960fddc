import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptUnix,
  connectUnix,
  type FileDescriptor,
  listenUnix,
  pollReadable,
  receiveNow,
  sendNow,
} from '../../../ffi/index.js'

let near: FileDescriptor
let far: FileDescriptor

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  const path = join(folder, 'x.sock')
  using listener = listenUnix(path, 1)
  near = connectUnix(path) as FileDescriptor
  far = acceptUnix(listener.fd) as FileDescriptor
  rmSync(folder, { recursive: true })
})

afterEach(() => {
  near.close()
  far.close()
})

describe('pollReadable', () => {
  it('is true for bytes, until they are taken', () => {
    expect(pollReadable(far.fd, 0)).toBe(false)
    sendNow(near.fd, new Uint8Array(3))
    expect(pollReadable(far.fd, 0)).toBe(true)
    receiveNow(far.fd, new Uint8Array(3))
    expect(pollReadable(far.fd, 0)).toBe(false)
  })

  it('is true for a hang-up', () => {
    near.close()
    expect(pollReadable(far.fd, 0)).toBe(true)
  })

  it('waits as long as it was told, fractions included', () => {
    const before = performance.now()
    expect(pollReadable(far.fd, 20.5)).toBe(false)
    expect(performance.now() - before).toBeGreaterThanOrEqual(20.5)
  })

  it('does not wait for what is there, however long it might', () => {
    sendNow(near.fd, new Uint8Array(1))
    expect(pollReadable(far.fd, Number.POSITIVE_INFINITY)).toBe(true)
  })

  it('treats a time-out in the past as none', () => {
    expect(pollReadable(far.fd, -5)).toBe(false)
  })

  it('throws for a descriptor that is not open', () => {
    const { fd } = near
    near.close()
    expect(() => pollReadable(fd, 0)).toThrow(expect.objectContaining({ syscall: 'poll', code: 'EBADF' }))
    expect(() => pollReadable(-1, 0)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })
})
