import { execFileSync } from 'node:child_process'
import { readFileSync, statfsSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, version } from 'node:os'
import { fileURLToPath } from 'node:url'
import koffi from 'koffi'
import { pythonCallers } from '../contenders/python-calls.js'
import { tachyonContenders } from '../contenders/tachyon.js'
import { clockCostNs } from '../harness/clock.js'
import { duration } from '../harness/format.js'
import { idlersHere } from './idleness.js'
import type { Fact } from './report.js'
import { cacheSentence, countSentence, placeSentence, readGovernor, readTopology, topologyFolder } from './topology.js'

/** More than one program that wanted to run at any time in the last minute: the run was not alone. */
const quietLoad = 0.7
const notVisible = 'not visible to this machine'

/** From the bundles in `.build/bench`. */
const root = fileURLToPath(new URL('../../', import.meta.url))

function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

/** Processors say themselves when they are virtual; whose, only some systems tell. */
export function hypervisorSentence(cpuinfo: string, lscpu: string | undefined): string {
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)
  const vendor = /^Hypervisor vendor:\s*(.+)$/m.exec(lscpu ?? '')?.[1]
  if (vendor !== undefined) return `${vendor}: a virtual machine, whose processors may move`
  return virtual ? 'yes: a virtual machine, whose processors may move' : 'none to be seen'
}

/** @param load average of the last minute, before the run */
export function loadSentence(load: number): string {
  const average = `${load.toFixed(2)} in the minute before the run`
  return load <= quietLoad
    ? average
    : `${average}: other programs were running, and the figures of this run are not to be relied on`
}

function amount(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`
}

function sharedMemory(): string {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm')
    return `${amount(blocks * bsize)} at /dev/shm (rings are in memory files of their own, which do not count there)`
  } catch {
    return notVisible
  }
}

function ringway(): string {
  const { version: number } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }
  const commit = outputOf('git', 'rev-parse', '--short=12', 'HEAD')
  if (commit === undefined) return number
  const changed = outputOf('git', 'status', '--porcelain', '--untracked-files=no') !== ''
  return `${number}, commit ${commit}${changed ? ' with changes' : ''}`
}

/** Read before anything is started: the load is that of others. */
export function machineFacts(processors: readonly [number, number], load: number = loadavg()[0] ?? 0): Fact[] {
  const topology = readTopology(topologyFolder)
  const near = topology.find(({ number }) => number === processors[0])
  const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8')
  const missing = [
    ...tachyonContenders().missing,
    ...pythonCallers().missing,
    ...(idlersHere().some(({ id }) => id === 'idle-foreign')
      ? []
      : ['a foreign peer at rest, which the interop tests compile']),
  ]
  const facts: Record<string, string> = {
    Processor: cpus()[0]?.model.trim() || 'unknown',
    Topology: countSentence(topology),
    Caches: near === undefined ? notVisible : cacheSentence(near),
    'Processors used': placeSentence(topology, processors),
    Hypervisor: hypervisorSentence(cpuinfo, outputOf('lscpu')),
    'Frequency governor': readGovernor(topologyFolder, processors[0]) ?? notVisible,
    Memory: amount(totalmem()),
    'Shared memory': sharedMemory(),
    System: `Linux ${release()}, ${process.arch}`,
    Build: version(),
    Node: `${process.version}, V8 ${process.versions.v8}`,
    koffi: koffi.version,
    ringway: ringway(),
    Load: loadSentence(load),
    Clock: `one reading takes ${duration(clockCostNs())}; every round trip that is timed by itself has one in it`,
    ...(missing.length === 0 ? {} : { 'Not compared': missing.join('; ') }),
  }
  return Object.entries(facts).map(([name, value]) => ({ name, value }))
}
