import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listening, ringway } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

/** A socket that a killed listener left behind. */
async function deadSocket(name?: string): Promise<string> {
  const path = temporaryPath(name)
  const listener = ringway('listen', path)
  await listening(path)
  listener.kill('SIGKILL')
  await listener.exited
  return path
}

const clean = (...args: readonly string[]) => ringway('clean', ...args).exited
const printed = (stdout: string) => ({ code: 0, signal: null, stdout, stderr: '' })

describe('ringway clean', () => {
  it('lists what is dead, and leaves it there', async () => {
    const path = await deadSocket()
    expect(await clean(path)).toEqual(printed(`dead socket ${path}\n`))
    expect(await clean(path, '--dry-run')).toEqual(printed(`dead socket ${path}\n`))
    expect(existsSync(path)).toBe(true)
  })

  it('removes it when that is asked for', async () => {
    const path = await deadSocket()
    expect(await clean(path, '--remove')).toEqual(printed(`removed dead socket ${path}\n`))
    expect(existsSync(path)).toBe(false)
    expect(await clean(path, '--remove')).toEqual(printed(''))
  })

  it('finds what bears our name in a folder, and touches nothing else there', async () => {
    const path = await deadSocket('ringway-orders.sock')
    const live = join(dirname(path), 'ringway-live.sock')
    const listener = ringway('listen', live)
    await listening(live)
    expect(await clean(dirname(path), '--remove', '--json')).toEqual(
      printed(`${JSON.stringify({ kind: 'socket', name: path, files: [path], removed: true })}\n`),
    )
    expect(existsSync(live)).toBe(true)
    listener.kill('SIGKILL')
    await listener.exited
  })

  it('removes the names of a bridge that nobody uses', async () => {
    const name = `ringway-test-${process.pid}`
    const files = [`/dev/shm/srb_${name}_req`, `/dev/shm/sem.srb_${name}_req_full`]
    for (const file of files) writeFileSync(file, '', { mode: 0o600 })
    onTestFinished(() => files.forEach((file) => void rmSync(file, { force: true })))
    await sleep(1100)
    const [first = ''] = files
    expect(await clean(first)).toEqual(printed(`dead bridge ${name} (2 files in /dev/shm)\n`))
    expect(await clean(first, '--remove')).toEqual(printed(`removed dead bridge ${name} (2 files in /dev/shm)\n`))
    expect(files.filter((file) => existsSync(file))).toEqual([])
  })

  it('looks at the usual places when none is named', async () => {
    const { code, stderr } = await clean('--dry-run')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('refuses to remove and not to remove', async () => {
    const { code, stderr } = await clean('--remove', '--dry-run')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^ringway: /)
  })
})
