import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/inspect/doctor/finding.js'
import { listening, ringway, shell } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

function findingsIn(stdout: string): Finding[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
}

describe('ringway doctor', () => {
  it('says of each check what it found, and ends well where nothing breaks', async () => {
    const { code, stdout, stderr } = await ringway('doctor').exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ok {7}platform {10}linux /)
    expect(stdout).toMatch(/^ok {7}external-buffers {2}buffers over mapped memory work$/m)
    expect(stdout).toMatch(/^0 problems, \d+ warnings, \d+ fine, \d+ unknown\n$/m)
    expect(stdout).not.toContain('\x1b')
  })

  it('prints an object a line for scripts', async () => {
    const { code, stdout } = await ringway('doctor', '--json').exited
    expect(code).toBe(0)
    for (const finding of findingsIn(stdout)) {
      expect(Object.keys(finding)).toEqual(['check', 'status', 'found', 'why', 'remedy'])
      expect(finding.remedy === null).toBe(finding.status === 'ok' || finding.status === 'unknown')
    }
  })

  it('finds the socket that a killed listener left, and how to remove it', async () => {
    const path = temporaryPath('ringway-left.sock')
    const listener = ringway('listen', path)
    await listening(path)
    listener.kill('SIGKILL')
    await listener.exited
    const { code, stdout } = await shell('TMPDIR=$1 ringway doctor --json', [dirname(path)]).exited
    expect(code).toBe(0)
    expect(findingsIn(stdout).find(({ check }) => check === 'leftovers')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining(path),
      remedy: 'ringway clean --remove',
    })
    expect(readdirSync(dirname(path))).toEqual(['ringway-left.sock'])
  })

  it('ends with 1 where something will not work', async () => {
    const { code, stdout, stderr } = await shell('TMPDIR=/nowhere/at/all ringway doctor', []).exited
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^problem {2}sockets .*\n +why: .*\n +do: {2}.*TMPDIR/m)
  })

  it('sees few descriptors and one processor of its own limits', async () => {
    const limited = shell('ulimit -n 90; taskset -c 0 "$NODE" "$RINGWAY" doctor --json', [])
    const { stdout } = await limited.exited
    const status = Object.fromEntries(findingsIn(stdout).map(({ check, status }) => [check, status]))
    expect(status).toMatchObject({ descriptors: 'warning', processors: 'warning' })
  })

  it.each([[['--remedy']], [['now']]])('refuses %j as wrong usage', async (args) => {
    expect(await ringway('doctor', ...args).exited).toMatchObject({ code: 2, stdout: '' })
  })
})
