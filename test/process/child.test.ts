import { describe, expect, it, onTestFinished } from 'vitest'
import { spawnChild, spawnProgram } from '../support/child.js'

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a child of a test', () => {
  it('runs a bundled TypeScript program on the Node of the test', async () => {
    const child = spawnChild('echo-lines', ['first', 'second'])
    expect(await child.json()).toEqual({ args: ['first', 'second'], version: process.versions.node })
  })

  it('is told lines, answers in lines, and reports its exit code', async () => {
    const child = spawnChild('echo-lines')
    child.tell('one')
    child.tell('two')
    expect(await child.line(/^told/)).toBe('told one')
    expect(await child.line('told two')).toBe('told two')
    child.tell('exit 7')
    expect(await child.exited).toMatchObject({ code: 7, signal: null })
  })

  it('fails whoever waits for a line when it ends first, and shows what it printed', async () => {
    const child = spawnProgram('sh', ['-c', 'echo before; echo trouble >&2; exit 3'])
    await expect(child.line('never')).rejects.toThrow(/code 3.*before.*trouble/s)
  })

  it('is killed by its watchdog', async () => {
    const child = spawnProgram('sleep', ['1000'], { watchdogMs: 50 })
    await expect(child.line()).rejects.toThrow('watchdog after 50 ms')
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' })
  })

  it('does not outlive the test that started it', async () => {
    const pids: number[] = []
    // Finishers run in the reverse of their order, so this one looks after the child's own.
    onTestFinished(() => expect(pids.map(isRunning)).toEqual([false]))
    pids.push(spawnProgram('sleep', ['1000']).pid)
    expect(pids.map(isRunning)).toEqual([true])
  })

  it('says which program is missing', () => {
    expect(() => spawnChild('no-such-child')).toThrow('no-such-child.ts')
    expect(() => spawnChild('echo-lines', [], { node: '1' })).toThrow('.ci/install-nodes 1')
  })
})
