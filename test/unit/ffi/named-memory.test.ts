import { readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createNamedMemory,
  fileLength,
  MemoryMapping,
  openNamedMemory,
  SystemCallError,
  unlinkNamedMemory,
} from '../../../ffi/index.js'
import { openDescriptors } from '../../support/process-resources.js'

const name = `ringway-test-${process.pid}`
let before = new Map<number, string>()

beforeEach(() => {
  before = openDescriptors()
})

afterEach(() => {
  unlinkNamedMemory(name)
  expect(openDescriptors()).toEqual(before)
})

describe('createNamedMemory', () => {
  it('makes memory that others open by name, with or without the slash', () => {
    using created = createNamedMemory(name, 8192)
    using opened = openNamedMemory(`/${name}`)
    using one = MemoryMapping.map(created.fd, 8192)
    using other = MemoryMapping.map(opened.fd, fileLength(opened.fd))
    new Int32Array(one.buffer)[100] = 77
    expect(new Int32Array(other.buffer)[100]).toBe(77)
  })

  it('lets only this user at it, whatever the umask', () => {
    const umask = process.umask(0o777)
    try {
      createNamedMemory(name, 4096).close()
    } finally {
      process.umask(umask)
    }
    expect(statSync(`/dev/shm/${name}`).mode & 0o777).toBe(0o600)
  })

  it('has the memory for every byte from the start', () => {
    using _created = createNamedMemory(name, 1 << 20)
    expect(statSync(`/dev/shm/${name}`).blocks * 512).toBe(1 << 20)
  })

  it('does not take a name that is in use', () => {
    using _created = createNamedMemory(name, 4096)
    expect(() => createNamedMemory(name, 4096)).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'shm_open', code: 'EEXIST' }),
    )
    expect(statSync(`/dev/shm/${name}`).size).toBe(4096)
  })

  it('leaves neither name nor descriptor behind when there is no such length', () => {
    expect(() => createNamedMemory(name, 0)).toThrow(
      expect.objectContaining({ syscall: 'posix_fallocate', code: 'EINVAL' }),
    )
    expect(unlinkNamedMemory(name)).toBe(false)
  })

  it.each(['', '/', 'a/b', '//x', '..', '.', 'x\0y'])('refuses %j as a name', (bad) => {
    expect(() => createNamedMemory(bad, 4096)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(() => openNamedMemory(bad)).toThrow(SystemCallError)
    expect(() => unlinkNamedMemory(bad)).toThrow(SystemCallError)
  })
})

describe('openNamedMemory', () => {
  it('throws when there is none', () => {
    expect(() => openNamedMemory(name)).toThrow(expect.objectContaining({ syscall: 'shm_open', code: 'ENOENT' }))
  })

  it('gives descriptors that programs started from here do not inherit', () => {
    using created = createNamedMemory(name, 4096)
    using opened = openNamedMemory(name)
    for (const { fd } of [created, opened]) {
      expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/flags:\s+0[0-7]*2[0-7]{6}\b/)
    }
  })
})

describe('unlinkNamedMemory', () => {
  it('takes the name away, and leaves the memory to those who have it', () => {
    using created = createNamedMemory(name, 4096)
    expect(unlinkNamedMemory(name)).toBe(true)
    expect(unlinkNamedMemory(name)).toBe(false)
    using mapping = MemoryMapping.map(created.fd, 4096)
    expect(new Uint8Array(mapping.buffer)[0]).toBe(0)
  })
})
