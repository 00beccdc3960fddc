import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bus } from '../../src/index.js'
import type { BusRow } from '../../src/inspect/bus-row.js'
import { RpcClient } from '../../src/rpc.js'
import { spawnProgram } from '../support/child.js'
import { listening, ringway, shell, until } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

const bundle = fileURLToPath(new URL('../../.build/test/process/children/ringway.js', import.meta.url))
const pricing = fileURLToPath(new URL('../../.build/test/process/children/served-pricing.js', import.meta.url))

interface Snapshot {
  readonly time: string
  readonly intervalMs: number
  readonly buses: readonly BusRow[]
}

/** A listener and a sender in processes of their own, with one message delivered; the sender waits for more. */
async function pair() {
  const path = temporaryPath()
  const listener = ringway('listen', path)
  await listening(path)
  const sender = ringway('send', path)
  sender.tell('first')
  await listener.line('first')
  return { path, listener, sender }
}

async function snapshotOf(path: string, ...args: readonly string[]): Promise<readonly BusRow[]> {
  const { code, stdout, stderr } = await ringway('top', '--json', '--interval', '200', ...args).exited
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return (JSON.parse(stdout) as Snapshot).buses.filter(({ name }) => name === path)
}

/** What of a process a visitor might change. */
function stateOf(pid: number) {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return { rings: maps.filter((line) => line.includes('memfd')), descriptors: readdirSync(`/proc/${pid}/fd`) }
}

describe('ringway top --json', () => {
  it('tells of a bus between two processes: who, how full, asleep or awake', async () => {
    const { path, listener, sender } = await pair()
    const [row, ...others] = await snapshotOf(path)
    expect(others).toEqual([])
    expect(row).toMatchObject({
      kind: 'bus',
      producer: { pid: sender.pid, command: 'node ringway.js', native: true },
      consumer: { pid: listener.pid, command: 'node ringway.js', native: true },
      listenerPid: listener.pid,
      rolesFrom: 'marker',
      capacityBytes: 2 ** 20,
      usedBytes: 0,
      producedBytesPerSecond: 0,
      consumedBytesPerSecond: 0,
      producerState: 'awake',
      consumerState: 'doorbell',
      state: 'open',
    })
  })

  it('measures what goes through', async () => {
    const path = temporaryPath()
    const listener = shell('exec "$NODE" "$RINGWAY" listen "$1" > /dev/null', [path])
    await listening(path)
    using bus = await Bus.connect(path)
    const sending = setInterval(() => bus.trySend(Buffer.alloc(1000)), 1)
    onTestFinished(() => clearInterval(sending))
    await expect.poll(async () => (await snapshotOf(path))[0]?.producedBytesPerSecond ?? 0).toBeGreaterThan(1000)
    const [row] = await snapshotOf(path)
    expect(row?.consumedBytesPerSecond).toBeGreaterThan(0)
    expect([row?.producer?.pid, row?.consumer?.pid]).toEqual([process.pid, listener.pid])
  })

  it('changes nothing of the processes that it looks at', async () => {
    const { path, listener, sender } = await pair()
    // What a process has just used it may still be putting away.
    const states = () => [listener, sender].map(({ pid }) => stateOf(pid))
    await ringway('top', '--interval', '200').exited
    const before = states()
    expect(await snapshotOf(path)).toHaveLength(1)
    expect(states()).toEqual(before)
    sender.tell('second')
    expect(await listener.line('second')).toBe('second')
  })

  it('tells calls from replies', async () => {
    const path = temporaryPath()
    const server = ringway('serve', path, pricing)
    await listening(path)
    using client = await RpcClient.connect(path)
    await client.invoke('add', Buffer.from('{"a":1,"b":2}'))
    const rows = await snapshotOf(path)
    expect(rows.map(({ kind, producer, consumer }) => [kind, producer?.pid, consumer?.pid]).sort()).toEqual([
      ['calls', process.pid, server.pid],
      ['replies', server.pid, process.pid],
    ])
  })

  it('tells of a ring whose sender was killed no more than the listener keeps', async () => {
    const { path, listener, sender } = await pair()
    sender.kill('SIGKILL')
    await listener.exited
    expect(await snapshotOf(path)).toEqual([])
  })

  it('prints a line for each interval with --watch, until it is stopped', async () => {
    const child = ringway('top', '--json', '--watch', '--interval', '50')
    const first = await child.json<Snapshot>()
    const second = await child.json<Snapshot>()
    expect(second.time > first.time).toBe(true)
    child.kill('SIGINT')
    expect(await child.exited).toMatchObject({ code: 130, signal: null, stderr: '' })
  })

  it('ends after --count lines, and when nobody reads them', async () => {
    const { code, stdout } = await ringway('top', '--json', '--count', '3', '--interval', '50').exited
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 3])
    const piped = shell('{ ringway top --json --watch --interval 50; echo "code $?" >&2; } | head -n 1 > /dev/null', [])
    expect(await piped.exited).toMatchObject({ stderr: 'code 0\n' })
  })

  it.runIf(process.geteuid?.() === 0)('finds the buses of an ordinary user for that user, and no others', async () => {
    const ordinary = (...args: readonly string[]) =>
      spawnProgram('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, bundle, ...args])
    const theirs = temporaryPath()
    chmodSync(dirname(theirs), 0o777)
    const listener = ordinary('listen', theirs)
    await listening(theirs)
    const sender = ordinary('send', theirs)
    sender.tell('first')
    await listener.line('first')
    const { path: ours } = await pair()
    const { code, stdout, stderr } = await ordinary('top', '--json', '--interval', '50').exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { buses } = JSON.parse(stdout) as Snapshot
    expect(buses.filter(({ name }) => name === ours)).toEqual([])
    const [row] = buses.filter(({ name }) => name === theirs)
    expect([row?.access, row?.state]).toEqual(
      // Kernels with Yama may keep even one's own processes from being read: then the row says so.
      row?.access === 'none' ? ['none', 'unreadable'] : ['read', 'open'],
    )
    expect(row?.finding ?? 'ptrace_scope').toContain('ptrace_scope')
  })
})

describe('ringway top', () => {
  it('prints one plain table where there is no terminal', async () => {
    const { path, listener, sender } = await pair()
    const { code, stdout, stderr } = await ringway('top', '--interval', '50').exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^BUS +KIND +PRODUCER +CONSUMER +PEERS +SIZE +FILL +RATE +P IS +C IS +STATE +IDLE +AGE\n/)
    expect(stdout).not.toContain('\x1b')
    const line = stdout.split('\n').find((text) => text.includes(path)) ?? ''
    expect(line).toMatch(new RegExp(`bus +${sender.pid} .* +${listener.pid} .* native +1M +0 0% `))
  })

  it.each([
    [['--interval', '10']],
    [['--interval', 'soon']],
    [['--count', '0']],
    [['--count', '2', '--watch']],
    [['somewhere']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await ringway('top', ...args).exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ringway: /)
  })
})

const enter = '\x1b[?1049h'
const leave = '\x1b[?1049l'
const canMakeTerminals = spawnSync('script', ['--version']).status === 0

describe.runIf(canMakeTerminals)('ringway top on a terminal', () => {
  /** The command on a pseudo terminal of its own. */
  function onTerminal(args: string, { size = 'cols 180 rows 100', before = '' } = {}) {
    // Whoever runs these tests may want no colours himself; and Node takes it that a CI has none.
    const command = `unset CI NO_COLOR FORCE_COLOR; ${before} stty ${size}; exec "${process.execPath}" "${bundle}" top ${args}`
    return spawnProgram('script', ['-qec', command, '/dev/null'], { env: { TERM: 'xterm-256color' } })
  }

  const pictures = (text: string) => text.split('ringway top: ').length - 1

  it('draws again and again, and puts the terminal back when q is pressed', async () => {
    const { path } = await pair()
    const child = onTerminal('--interval 50')
    await until(() => pictures(child.stdout) >= 3)
    child.process.stdin.write('q')
    const { code, stdout } = await child.exited
    expect(code).toBe(0)
    expect(stdout.indexOf(enter)).toBeGreaterThanOrEqual(0)
    expect(stdout.trimEnd().endsWith(`\x1b[?25h${leave}`)).toBe(true)
    expect(stdout).toContain(path)
  })

  it.each([
    ['Ctrl-C', 130, (child: ReturnType<typeof onTerminal>) => void child.process.stdin.write('\x03')],
    ['SIGTERM', 143, (child: ReturnType<typeof onTerminal>) => signalTop(child.pid)],
  ])('puts it back after %s', async (_name, expected, stop) => {
    const child = onTerminal('--interval 50')
    await until(() => pictures(child.stdout) >= 1)
    stop(child)
    const { code, stdout } = await child.exited
    expect([code, stdout.includes(leave)]).toEqual([expected, true])
  })

  it('puts it back when the program fails', async () => {
    const bomb = temporaryPath('bomb.mjs')
    writeFileSync(bomb, 'setTimeout(() => { throw new Error("a bomb") }, 700)')
    const child = onTerminal('--interval 50', { before: `export NODE_OPTIONS=--import=${bomb};` })
    const { code, stdout } = await child.exited
    expect(code).not.toBe(0)
    expect(stdout).toContain(enter)
    // On the screen that stays, where it can be read.
    expect(stdout.slice(stdout.indexOf(leave))).toContain('a bomb')
  })

  it('leaves columns out where the terminal is narrow', async () => {
    await pair()
    const child = onTerminal('--count 1', { size: 'cols 44 rows 8' })
    const { code, stdout } = await child.exited
    expect(code).toBe(0)
    expect(stdout).toContain('RATE')
    expect(stdout).not.toContain('CONSUMER')
  })

  it.each([
    ['has colours', '', true],
    ['has none where NO_COLOR says so', 'export NO_COLOR=1;', false],
  ])('%s', async (_name, before, expected) => {
    const { stdout } = await onTerminal('--count 1', { before }).exited
    expect(stdout.includes('\x1b[7m')).toBe(expected)
  })

  /** The shell became top, so it is the one child of `script`. */
  function signalTop(pid: number): void {
    const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
    process.kill(Number(child), 'SIGTERM')
  }
})
