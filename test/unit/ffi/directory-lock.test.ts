import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from '../../../ffi/index.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'
import { openDescriptors } from '../../support/process-resources.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringway-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('lockDirectory', () => {
  it('is held by one, until that one closes it', () => {
    const before = openDescriptors().size
    const lock = lockDirectory(folder)
    expect(lock?.closed).toBe(false)
    expect(lockDirectory(folder)).toBeUndefined()
    expect(openDescriptors().size).toBe(before + 1)
    lock?.close()
    using next = lockDirectory(folder)
    expect(next?.closed).toBe(false)
  })

  it('leaves no file behind', () => {
    lockDirectory(folder)?.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('excludes other processes, and is given up when its process is killed', async () => {
    const program = await bundleProgram('hold-lock')
    const child = spawnProgram(process.execPath, [program, folder])
    await child.line('held')
    expect(lockDirectory(folder)).toBeUndefined()
    child.kill('SIGKILL')
    await child.exited
    using lock = lockDirectory(folder)
    expect(lock?.closed).toBe(false)
  })

  it('throws where there is no directory', () => {
    expect(() => lockDirectory(join(folder, 'missing'))).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'open', code: 'ENOENT' }),
    )
    writeFileSync(join(folder, 'file'), '')
    expect(() => lockDirectory(join(folder, 'file'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
    expect(() => lockDirectory(`${folder}\0`)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })
})
