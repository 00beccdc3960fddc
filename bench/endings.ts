import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Bus, type BusConsumer } from '../src/index.js'
import { compiledStandIn } from './contenders/foreign-idle.js'
import type { Bench, Conditions, Findings } from './harness/bench.js'
import { duration } from './harness/format.js'
import { Durations, median, type Percentiles } from './harness/statistics.js'
import { table } from './harness/table.js'

const mortal = fileURLToPath(new URL('mortal.js', import.meta.url))
const messages = 100
const capacityBytes = 1 << 16

/** How a consumer may be waiting when its peer dies; each resolves, or returns, with the end. */
const waits: Readonly<Record<string, (bus: BusConsumer) => Promise<void> | void>> = {
  async 'await recv()'(bus) {
    while ((await bus.recv()) !== undefined);
  },
  'recvSync()'(bus) {
    while (bus.recvSync() !== undefined);
  },
  'tight tryRecv()'(bus) {
    for (;;) bus.tryRecv()
  },
}

/** @returns milliseconds from the last message, behind which the peer kills itself, to the end that this side sees */
async function noticed(bus: BusConsumer, wait: (bus: BusConsumer) => Promise<void> | void): Promise<number> {
  let received = 0
  while (received < messages) received += bus.consume(() => undefined)
  const lastMs = performance.now()
  try {
    await wait(bus)
  } catch {
    // A native peer without a goodbye, or a `try` form: the end is an error there.
  }
  const ms = performance.now() - lastMs
  if (bus.state === 'open') throw new Error('the wait ended, and the bus is open')
  bus.close()
  return ms
}

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

function start(file: string, args: readonly string[], { scratch }: Conditions): Started {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 2] })
  scratch.adopt(child)
  return { child, ended: once(child, 'exit') }
}

async function kills(
  conditions: Conditions,
  peer: 'native' | 'foreign',
  wait: string,
  count: number,
): Promise<Percentiles> {
  const path = join(conditions.scratch.folder, 'mortal')
  const delays = new Durations()
  for (let kill = 0; kill < count; kill++) {
    conditions.progress.show(`${peer} peer, ${wait}: kill ${kill + 1} of ${count}`)
    let peerProcess: Started | undefined
    const onListening = (): void => {
      peerProcess =
        peer === 'native'
          ? start(process.execPath, [mortal, 'kill', path, String(messages)], conditions)
          : start(
              compiledStandIn() as string,
              [
                'connect',
                'produce',
                path,
                '--count',
                String(10 * messages),
                '--die-at',
                String(messages),
                '--flush-every',
                '1',
              ],
              conditions,
            )
    }
    const bus = await Bus.listen(path, capacityBytes, { onListening })
    delays.add([(await noticed(bus, waits[wait] as (typeof waits)[string])) * 1e6])
    await peerProcess?.ended
  }
  return delays.percentiles()
}

/** @returns milliseconds from `process.exit()` to the end of the process */
async function exitMs(conditions: Conditions, peer: 'none' | 'native' | 'foreign'): Promise<number> {
  const path = join(conditions.scratch.folder, 'exiting')
  let listener: Started | undefined
  let listening: Promise<{ close(): void }> | undefined
  if (peer === 'native') listening = Bus.listen(path, capacityBytes, { role: 'producer' })
  if (peer === 'foreign') {
    listener = start(
      compiledStandIn() as string,
      ['listen', 'produce', path, '--count', '1', '--pause-every', '1', '--pause-us', '900000'],
      conditions,
    )
    await once(listener.child.stdout as NodeJS.ReadableStream, 'data')
  }
  const { child, ended } = start(process.execPath, [mortal, 'exit', ...(peer === 'none' ? [] : [path])], conditions)
  const output = text(child.stdout as NodeJS.ReadableStream)
  await ended
  const endedNs = process.hrtime.bigint()
  listener?.child.kill('SIGKILL')
  ;(await listening)?.close()
  return Number(endedNs - BigInt((await output).trim())) / 1e6
}

async function run(conditions: Conditions): Promise<Findings> {
  const { smoke, progress } = conditions
  const peers = compiledStandIn() === undefined ? (['native'] as const) : (['native', 'foreign'] as const)
  const killCount = smoke ? 2 : 100
  const exitCount = smoke ? 1 : 15
  const deaths: Record<string, Record<string, Percentiles>> = {}
  for (const peer of peers) {
    deaths[peer] = {}
    for (const wait of Object.keys(waits)) deaths[peer][wait] = await kills(conditions, peer, wait, killCount)
  }
  const exits: Record<string, number[]> = { none: [], native: [], ...(peers.length === 2 ? { foreign: [] } : {}) }
  for (let round = 0; round < exitCount; round++) {
    progress.show(`exits: round ${round + 1} of ${exitCount}`)
    for (const [peer, ms] of Object.entries(exits)) ms.push(await exitMs(conditions, peer as 'none'))
  }
  progress.clear()
  const exitMedians = Object.fromEntries(Object.entries(exits).map(([peer, ms]) => [peer, median(ms)]))
  const deathRows = Object.entries(deaths).flatMap(([peer, forms]) =>
    Object.entries(forms).map(([wait, { p50, p99, max }]) => [`${peer}: ${wait}`, ...[p50, p99, max].map(duration)]),
  )
  const exitRows = Object.entries(exits).map(([peer, ms]) => [
    peer === 'none' ? 'without a bus' : `waiting for a ${peer} peer`,
    duration(median(ms) * 1e6),
    duration(Math.max(...ms) * 1e6),
  ])
  const notes =
    peers.length === 2 ? '' : '\nNo foreign peer: the stand-in is not compiled (npm run test:interop compiles it).\n'
  return {
    text: `${table([`a dead peer noticed, ${killCount} kills each`, 'p50', 'p99', 'max'], deathRows)}\n\n${table(['exit takes', 'median', 'max'], exitRows)}\n${notes}`,
    json: { kills: killCount, deathNs: deaths, exitMs: exitMedians },
  }
}

export const endings: Bench = {
  purpose: 'How soon the death of a peer is noticed, and whether a bus makes the exit later.',
  needsTwoProcessors: false,
  run,
}
