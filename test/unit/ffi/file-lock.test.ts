import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileEnd, lockFile } from '../../../ffi/index.js'
import { temporaryPath } from '../../support/temporary-path.js'

describe('lockFile', () => {
  it('gives a file to one descriptor at a time, until that is closed', () => {
    const path = temporaryPath('file')
    const one = openSync(path, 'w')
    const other = openSync(path, 'r')
    expect(lockFile(one)).toBe(true)
    expect(lockFile(one)).toBe(true)
    expect(lockFile(other)).toBe(false)
    closeSync(one)
    expect(lockFile(other)).toBe(true)
    closeSync(other)
  })

  it('throws for what is no descriptor', () => {
    expect(() => lockFile(-1)).toThrow(/flock of -1 failed: EBADF/)
  })
})

describe('fileEnd', () => {
  it('is the length of the file now', () => {
    const fd = openSync(temporaryPath('file'), 'w+')
    expect(fileEnd(fd)).toBe(0)
    ftruncateSync(fd, 12_345)
    expect(fileEnd(fd)).toBe(12_345)
    closeSync(fd)
  })

  it('throws for what is no descriptor', () => {
    expect(() => fileEnd(-1)).toThrow(/lseek of -1 failed: EBADF/)
  })
})
