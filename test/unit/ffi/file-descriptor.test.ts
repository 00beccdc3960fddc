import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FileDescriptor, SystemCallError } from '../../../ffi/index.js'
import { openDescriptors } from '../../support/process-resources.js'

function openDescriptor(): FileDescriptor {
  return new FileDescriptor(openSync('/dev/null', 'r'))
}

describe('FileDescriptor', () => {
  it('closes its number', () => {
    const descriptor = openDescriptor()
    const { fd } = descriptor
    expect(openDescriptors().has(fd)).toBe(true)
    descriptor.close()
    expect(openDescriptors().has(fd)).toBe(false)
    expect(descriptor.closed).toBe(true)
    expect(descriptor.fd).toBe(-1)
  })

  it('does not close a number twice, because it may be someone else’s by then', () => {
    const descriptor = openDescriptor()
    const { fd } = descriptor
    descriptor.close()
    const reused = openSync('/dev/null', 'r')
    expect(reused).toBe(fd)
    descriptor.close()
    expect(openDescriptors().has(reused)).toBe(true)
    closeSync(reused)
  })

  it('gives its number up without closing it', () => {
    const descriptor = openDescriptor()
    const { fd } = descriptor
    expect(descriptor.release()).toBe(fd)
    expect(descriptor.closed).toBe(true)
    descriptor.close()
    expect(openDescriptors().has(fd)).toBe(true)
    expect(descriptor.release()).toBe(-1)
    closeSync(fd)
  })

  it('makes a second number for the same file, which child processes do not get', () => {
    using descriptor = openDescriptor()
    using duplicate = FileDescriptor.duplicateOf(descriptor.fd)
    expect(duplicate.fd).not.toBe(descriptor.fd)
    expect(readlinkSync(`/proc/self/fd/${duplicate.fd}`)).toBe('/dev/null')
    expect(readFileSync(`/proc/self/fdinfo/${duplicate.fd}`, 'utf8')).toMatch(/^flags:\s+02\d{6}$/m)
    descriptor.close()
    expect(openDescriptors().has(duplicate.fd)).toBe(true)
  })

  it('says so when there is nothing to make a second number for', () => {
    expect(() => FileDescriptor.duplicateOf(-1)).toThrow(/F_DUPFD_CLOEXEC of -1/)
  })

  it('is closed at the end of its scope', () => {
    let fd = -1
    {
      using descriptor = openDescriptor()
      fd = descriptor.fd
    }
    expect(openDescriptors().has(fd)).toBe(false)
  })

  it('says so when somebody else closed its number', () => {
    const descriptor = openDescriptor()
    closeSync(descriptor.fd)
    expect(() => descriptor.close()).toThrow(SystemCallError)
    expect(() => descriptor.close()).not.toThrow()
  })
})
