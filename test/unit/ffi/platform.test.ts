import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSealedMemfd, readSeals, UnsupportedPlatformError } from '../../../ffi/index.js'
import { bind } from '../../../ffi/libc/library.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'

interface FirstUse {
  readonly imported: boolean
  readonly name: string
  readonly reason: string
  readonly alsoThrown: number
}

async function firstUseOn(pretence: object, folder?: string): Promise<FirstUse> {
  const program = await bundleProgram('use-elsewhere', folder === undefined ? {} : { folder })
  const child = spawnProgram(process.execPath, [program, JSON.stringify(pretence)])
  return await child.json<FirstUse>()
}

describe('koffi', () => {
  it('aborts the process when threads are terminated for which it makes functions, as the README warns', async () => {
    const program = await bundleProgram('terminate-while-declaring')
    // Without a core file.
    const child = spawnProgram('sh', ['-c', 'ulimit -c 0 && exec "$0" "$1"', process.execPath, program])
    const { signal, stdout, stderr } = await child.exited
    expect({ signal, stdout }).toEqual({ signal: 'SIGABRT', stdout: '' })
    expect(stderr).toContain('napi_throw')
  })
})

describe('on a platform without support', () => {
  it('can be imported, and the first use names the system', async () => {
    const use = await firstUseOn({ platform: 'darwin' })
    expect(use).toMatchObject({ imported: true, name: 'UnsupportedPlatformError' })
    expect(use.reason).toMatch(/needs Linux on x64 or arm64, and this is darwin on \w+; ThreadBus/)
    // Every function of every area, not only the first one called.
    expect(use.alsoThrown).toBe(19)
  })

  it('names the architecture', async () => {
    expect((await firstUseOn({ arch: 'riscv64' })).reason).toMatch(/this is linux on riscv64/)
  })

  it('names Electron, which forbids external buffers, and the way out', async () => {
    expect((await firstUseOn({ electron: '42.0.0' })).reason).toMatch(/Electron 42\.0\.0 forbids .* ThreadBus/)
  })

  it('says so when koffi is not installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const use = await firstUseOn({}, folder)
    expect(use).toMatchObject({ imported: true, name: 'UnsupportedPlatformError' })
    expect(use.reason).toMatch(/koffi, the door to the C library, cannot be loaded: Cannot find module 'koffi'/)
  })

  it('says so when a runtime forbids buffers over foreign memory, and unmaps what it had mapped', async () => {
    const use = await firstUseOn({ noExternalBuffers: true })
    expect(use).toMatchObject({ imported: true, name: 'UnsupportedPlatformError', alsoThrown: 0 })
    expect(use.reason).toMatch(/this runtime forbids buffers over foreign memory.* ThreadBus/)
  })
})

describe('bind', () => {
  it('names a function that the C library does not have', () => {
    expect(() => bind('no_such_function', 'int', [])).toThrow(UnsupportedPlatformError)
    expect(() => bind('no_such_function', 'int', [])).toThrow('no no_such_function')
  })
})

describe('two copies of the module', () => {
  it('work in one process', async () => {
    using one = createSealedMemfd('one', 4096)
    vi.resetModules()
    const copy = await import('../../../ffi/index.js')
    expect(copy.createSealedMemfd).not.toBe(createSealedMemfd)
    using other = copy.createSealedMemfd('other', 4096)
    expect(copy.readSeals(one.fd)).toBe(readSeals(other.fd))
  })
})
