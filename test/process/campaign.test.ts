import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Child, type ChildOptions, spawnProgram } from '../support/child.js'
import { childrenOf, commandOf } from '../support/process-tree.js'

const program = join(import.meta.dirname, '..', '..', '.build', 'test', 'campaign', 'programs', 'main.js')

function startCampaign(args: readonly string[], options: ChildOptions = {}): Child {
  return spawnProgram(process.execPath, [program, ...args], options)
}

/** A folder for all that a campaign keeps in files. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Which of these still run as ends of a campaign. */
function endsAmong(pids: readonly number[]): number[] {
  return pids.filter((pid) => commandOf(pid).includes('campaign/programs/end.js'))
}

function ledgers(pid: number): string[] {
  return readdirSync('/dev/shm').filter((name) => name.startsWith(`ringway-campaign-${pid}-`))
}

describe('the fault campaign', () => {
  it('finds nothing wrong in a few rounds, says so in a table and in JSON, and leaves nothing', async () => {
    const folder = ownFolder()
    const campaign = startCampaign(['--rounds', '6', '--seed', '1', '--json'], { env: { TMPDIR: folder } })
    const { code, stdout } = await campaign.exited
    expect(stdout).toContain('Nothing wrong. Seed 1, 6 rounds')
    const found = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    const right = { lost: 0, duplicated: 0, reordered: 0, torn: 0, hangs: 0, wrong: 0, leaks: 0, failures: [] }
    expect(found).toMatchObject({ ...right, seed: 1, rounds: 6 })
    expect(found.published).toBeGreaterThan(0)
    expect(found.noticedMs['native: all forms'].count).toBeGreaterThan(0)
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    expect(ledgers(campaign.pid)).toEqual([])
  })

  it('repeats one round of a campaign', async () => {
    const { code, stdout, stderr } = await startCampaign(['--seed', '1', '--round', '3']).exited
    expect(stderr).toContain('"round":3')
    expect(stdout).toContain('1 rounds')
    expect(code).toBe(0)
  })

  it('ends with 1, the round and how to repeat it, when something is left behind', async () => {
    const folder = ownFolder()
    const campaign = startCampaign(['--rounds', '2', '--seed', '1'], { env: { TMPDIR: folder } })
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1))
    writeFileSync(join(folder, ...readdirSync(folder), 'stray'), '')
    const { code, stdout } = await campaign.exited
    expect(stdout).toContain('left: file stray')
    expect(stdout).toContain('npm run campaign -- --seed 1 --round 1')
    expect(code).toBe(1)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says at %s what it has found so far, and takes its processes along',
    async (signal) => {
      const folder = ownFolder()
      const campaign = startCampaign(['--rounds', '1000', '--seed', '1'], { env: { TMPDIR: folder } })
      await vi.waitFor(() => expect(childrenOf(campaign.pid).length).toBeGreaterThanOrEqual(4), { timeout: 10_000 })
      const children = childrenOf(campaign.pid)
      campaign.kill(signal)
      const { code, stdout } = await campaign.exited
      expect(stdout).toMatch(/Nothing wrong\. Seed 1, \d+ rounds/)
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
      await vi.waitFor(() => expect(endsAmong(children)).toEqual([]))
      expect(readdirSync(folder)).toEqual([])
      expect(ledgers(campaign.pid)).toEqual([])
    },
  )

  it.each([['--rounds', '0'], ['--seed', 'x'], ['--quick'], ['fast']])('refuses %s %s', async (...args) => {
    const { code, stdout, stderr } = await startCampaign(args).exited
    expect(stderr).toContain('usage: npm run --silent campaign')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
