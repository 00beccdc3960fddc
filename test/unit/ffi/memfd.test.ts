import { fstatSync, ftruncateSync, readlinkSync, readSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  createSealedMemfd,
  fileLength,
  readSeals,
  SEAL_GROW,
  SEAL_SEAL,
  SEAL_SHRINK,
  SystemCallError,
} from '../../../ffi/index.js'
import { F_ADD_SEALS } from '../../../ffi/libc/constants.js'
import { fcntl } from '../../../ffi/libc/fcntl.js'
import { openDescriptors } from '../../support/process-resources.js'

const F_GETFD = 1
const FD_CLOEXEC = 1

describe('createSealedMemfd', () => {
  it('makes zeros of the length asked for, with mode 0600', () => {
    using memory = createSealedMemfd('zeros', 5000)
    expect(fileLength(memory.fd)).toBe(5000)
    expect(fstatSync(memory.fd).mode & 0o777).toBe(0o600)
    const bytes = Buffer.alloc(5001, 0xff)
    expect(readSync(memory.fd, bytes, 0, 5001, 0)).toBe(5000)
    expect(bytes.subarray(0, 5000).every((byte) => byte === 0)).toBe(true)
  })

  it('seals the length, and the seals', () => {
    using memory = createSealedMemfd('sealed', 4096)
    expect(readSeals(memory.fd)).toBe(SEAL_SHRINK | SEAL_GROW | SEAL_SEAL)
    expect(() => ftruncateSync(memory.fd, 100)).toThrow('EPERM')
    expect(() => ftruncateSync(memory.fd, 8192)).toThrow('EPERM')
    expect(fcntl().fcntl(memory.fd, F_ADD_SEALS, 8)).toBe(-1)
  })

  it('is not inherited by programs that this process starts', () => {
    using memory = createSealedMemfd('cloexec', 4096)
    expect(fcntl().fcntl(memory.fd, F_GETFD, 0)).toBe(FD_CLOEXEC)
  })

  it('shows its label', () => {
    using memory = createSealedMemfd('/run/my bus.sock', 4096)
    expect(readlinkSync(`/proc/self/fd/${memory.fd}`)).toBe('/memfd:/run/my bus.sock (deleted)')
  })

  it('cuts a long label at 249 bytes, between characters', () => {
    using memory = createSealedMemfd('é'.repeat(300), 4096)
    expect(readlinkSync(`/proc/self/fd/${memory.fd}`)).toBe(`/memfd:${'é'.repeat(124)} (deleted)`)
    using exact = createSealedMemfd('x'.repeat(300), 4096)
    expect(readlinkSync(`/proc/self/fd/${exact.fd}`)).toBe(`/memfd:${'x'.repeat(249)} (deleted)`)
  })

  it('leaves no descriptor behind when the kernel refuses the length', () => {
    const before = openDescriptors().size
    expect(() => createSealedMemfd('endless', -1)).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'ftruncate', code: 'EINVAL' }),
    )
    expect(openDescriptors().size).toBe(before)
  })
})

describe('readSeals', () => {
  it('refuses what cannot be sealed', () => {
    expect(() => readSeals(0)).toThrow(SystemCallError)
    expect(() => readSeals(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })
})

describe('fileLength', () => {
  it('throws the errno for a descriptor that is not open', () => {
    expect(() => fileLength(9999)).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'fstat', errno: 9, code: 'EBADF' }),
    )
    expect(() => fileLength(-1)).toThrow(SystemCallError)
  })
})
