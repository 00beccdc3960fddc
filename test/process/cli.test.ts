import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ringway, shell } from '../support/command-line.js'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

describe('ringway', () => {
  it.each(['--version', '-V'])('prints its version with %s', async (option) => {
    expect(await ringway(option).exited).toEqual({ code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: '' })
  })

  it.each([[['--help']], [['-h']], [['help']]])('prints its commands with %j', async (args) => {
    const { code, stdout, stderr } = await ringway(...args).exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^Usage: ringway .*\n {2}listen .*\n {2}send .*\n {2}call .*\n {2}serve .*\n {2}top .*\n {2}doctor .*\n {2}clean .*\n {2}bench .*Examples:.*Exit codes:/s,
    )
    expect(stdout).not.toContain('partner')
  })

  it.each([
    ['listen', ['--raw', '--json', '--count <n>', '--capacity <bytes>', '--timeout <ms>']],
    ['send', ['--file <name>', '--chunk <bytes>', '--type <id>', '--wait <ms>']],
    ['call', ['--raw', '--stream', '--timeout <ms>', '--wait <ms>']],
    ['serve', ['--capacity <bytes>', '--concurrency <n>']],
    ['top', ['--interval <ms>', '--json', '--count <n>', '--watch']],
    ['doctor', ['--json']],
    ['clean', ['--remove', '--dry-run', '--json']],
    ['bench', ['--json']],
  ])('prints the options of %s, with examples and exit codes', async (command, options) => {
    const { code, stdout, stderr } = await ringway(command, '--help').exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const text of [...options, `$ ringway ${command}`, 'Exit codes:']) expect(stdout).toContain(text)
    expect((await ringway('help', command).exited).stdout).toBe(stdout)
  })

  it('shows its help on stderr, as wrong usage, when nothing is asked of it', async () => {
    const { code, stdout, stderr } = await ringway().exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stdout + stderr).toContain('Usage: ringway')
  })

  it.each([[['lisen']], [['--unknown']], [['help', 'me', 'please']]])('refuses %j as wrong usage', async (args) => {
    expect(await ringway(...args).exited).toMatchObject({ code: 2, stdout: '' })
  })

  it('does not mind a reader who leaves before the help is printed', async () => {
    const script = '{ sleep 0.2; ringway --help; echo "code $?" >&2; } | true'
    expect(await shell(script, []).exited).toMatchObject({ stdout: '', stderr: 'code 0\n' })
  })
})
