import { chmodSync, closeSync, existsSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNamedMemory, listenUnix, lockDirectory, lockFile, MemoryMapping } from '../../../ffi/index.js'
import { findLeftovers } from '../../../src/rpc/leftovers.js'
import { temporaryPath } from '../../support/temporary-path.js'

/** A socket whose listener is gone, as a killed process leaves it. */
function deadSocket(path: string): string {
  listenUnix(path, 1).close()
  return path
}

const namesOf = async (...places: string[]) => (await findLeftovers(places)).map(({ name }) => name)

describe('a dead socket', () => {
  it('is found where it was said to be, and removed', async () => {
    const path = deadSocket(temporaryPath('any.sock'))
    const [leftover, ...more] = await findLeftovers([path, path])
    expect(leftover).toMatchObject({ kind: 'socket', name: path, files: [path] })
    expect(more).toEqual([])
    expect(existsSync(path)).toBe(true)
    expect(await leftover?.remove()).toBe(true)
    expect(existsSync(path)).toBe(false)
    expect(await leftover?.remove()).toBe(false)
  })

  it("is found in a folder by this library's name alone", async () => {
    const path = deadSocket(temporaryPath('ringway-orders.sock'))
    deadSocket(`${dirname(path)}/postgres.sock`)
    expect(await namesOf(dirname(path))).toEqual([path])
  })

  it('is left alone when it has come to life since, or its path has another socket', async () => {
    const path = deadSocket(temporaryPath())
    const [leftover] = await findLeftovers([path])
    rmSync(path)
    const server = createServer().listen(path)
    onTestFinished(() => void server.close())
    chmodSync(path, 0o600)
    expect(await leftover?.remove()).toBe(false)
    expect(existsSync(path)).toBe(true)
  })

  it('is left alone while somebody else works in its folder', async () => {
    const path = deadSocket(temporaryPath())
    const [leftover] = await findLeftovers([path])
    using _lock = lockDirectory(dirname(path))
    expect(await leftover?.remove()).toBe(false)
    expect(existsSync(path)).toBe(true)
  })
})

describe('what is no dead socket of ours', () => {
  it('is not found: a live one', async () => {
    const path = temporaryPath()
    using _descriptor = listenUnix(path, 1)
    expect(await namesOf(path)).toEqual([])
  })

  it('is not found: one of another mode', async () => {
    const path = deadSocket(temporaryPath())
    chmodSync(path, 0o666)
    expect(await namesOf(path)).toEqual([])
  })

  it('is not found: a file, a link, or nothing', async () => {
    const path = temporaryPath('ringway-file')
    writeFileSync(path, '')
    const socket = deadSocket(`${path}.sock`)
    symlinkSync(socket, `${path}.link`)
    expect(await namesOf(path, `${path}.link`, `${path}.absent`)).toEqual([])
  })
})

describe('a place that cannot be looked at', () => {
  it('is a coded error that names it', async () => {
    const path = temporaryPath('loop')
    symlinkSync(path, path)
    await expect(findLeftovers([`${path}/x.sock`])).rejects.toMatchObject({
      code: 'ERR_RINGWAY_SYSTEM',
      message: expect.stringMatching(/loop\/x\.sock.*ELOOP/),
    })
  })
})

describe('a dead bridge', () => {
  const youngMs = 1000

  function bridge(): { name: string; files: string[] } {
    const name = `ringway-test-${process.pid}-${Math.floor(Math.random() * 1e9)}`
    const sides = ['req', 'resp']
    const memory = [...sides.map((side) => `srb_${name}_${side}`), `shm_rpc_bridge_${name}_req`]
    const semaphores = sides.flatMap((side) => [`sem.srb_${name}_${side}_empty`, `sem.srb_${name}_${side}_full`])
    const files = [...memory, ...semaphores].map((file) => `/dev/shm/${file}`)
    for (const file of files) writeFileSync(file, '1234', { mode: 0o600 })
    onTestFinished(() => files.forEach((file) => void rmSync(file, { force: true })))
    return { name, files }
  }

  it('is found by one of its files when it is old enough, and removed whole', async () => {
    const { name, files } = bridge()
    const [first = ''] = files
    expect(await namesOf(first)).toEqual([])
    await sleep(youngMs + 50)
    const [leftover] = await findLeftovers([first])
    expect(leftover).toMatchObject({ kind: 'bridge', name })
    expect([...(leftover?.files ?? [])].sort()).toEqual([...files].sort())
    expect(await namesOf('/dev/shm')).toContain(name)
    expect(await leftover?.remove()).toBe(true)
    expect(files.filter((file) => existsSync(file))).toEqual([])
    expect(await leftover?.remove()).toBe(false)
  })

  it('is none while a process has it mapped, or holds its lock', async () => {
    const { files } = bridge()
    const [first = ''] = files
    await sleep(youngMs + 50)
    const [leftover] = await findLeftovers([first])
    const fd = openSync(first, 'r+')
    const mapping = MemoryMapping.map(fd, 4)
    expect(await namesOf(first)).toEqual([])
    expect(await leftover?.remove()).toBe(false)
    mapping.release()
    expect(lockFile(fd)).toBe(true)
    expect(await namesOf(first)).toEqual([])
    closeSync(fd)
    expect(await leftover?.remove()).toBe(true)
  })

  it('is none when its names were given to another meanwhile', async () => {
    const { files } = bridge()
    const [first = ''] = files
    await sleep(youngMs + 50)
    const [leftover] = await findLeftovers([first])
    rmSync(first)
    const file = first.slice('/dev/shm/'.length)
    createNamedMemory(file, 4).close()
    // So old that its age alone does not keep it.
    await sleep(youngMs + 50)
    expect(await leftover?.remove()).toBe(false)
    expect(existsSync(first)).toBe(true)
  })

  it('is not taken for one of another name', async () => {
    const { name, files } = bridge()
    const other = `/dev/shm/${name}`
    writeFileSync(other, '', { mode: 0o600 })
    onTestFinished(() => void rmSync(other, { force: true }))
    await sleep(youngMs + 50)
    expect(await namesOf(other)).toEqual([])
    const [leftover] = await findLeftovers(files)
    await leftover?.remove()
    expect(existsSync(other)).toBe(true)
  })
})
