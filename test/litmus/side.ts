/** `side.js SPEC`: one side of a litmus test; what it saw is the last line of its output. Shared memory is descriptor 3. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { fileLength, MemoryMapping, setAffinity, setThreadAffinity } from '../../ffi/index.js'
import { Absent } from './absent.js'
import { Arena, arenaBytes } from './arena.js'
import { catalogue } from './catalogue.js'
import type { Counts, Role, Side } from './litmus.js'
import { sumOf } from './verdict.js'

/** What a side is told when it starts. */
export interface SideSpec {
  readonly litmus: string
  readonly variant: string
  readonly index: 0 | 1
  readonly budgetMs: number
  readonly folder: string
  /** One for each side. */
  readonly processors: readonly [number, number]
  readonly watchdogMs: number
}

/** What a side tells in the end. */
export type SideReport =
  | { readonly counts: Counts; readonly node: string; readonly v8: string; readonly arch: string }
  | { readonly absent: string }

const arenaFd = 3

function roleOf({ litmus, index }: SideSpec): Role {
  const role = catalogue.find(({ name }) => name === litmus)?.roles[index]
  if (role === undefined) throw new Error(`no side ${index} in ${litmus}`)
  return role
}

async function play(spec: SideSpec, arena: Arena): Promise<Counts> {
  const { index, variant, budgetMs, folder } = spec
  const side: Side = { index, arena, variant, budgetMs, folder }
  return roleOf(spec)(side)
}

/** The second side in a thread, the first in this one. */
async function playBoth(spec: SideSpec): Promise<Counts> {
  const buffer = new SharedArrayBuffer(arenaBytes)
  const worker = new Worker(new URL(import.meta.url), { workerData: { spec: { ...spec, index: 1 }, buffer } })
  const other = new Promise<Counts>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  setThreadAffinity([spec.processors[0]])
  return sumOf(await Promise.all([play(spec, new Arena(buffer)), other]))
}

/** Who started us may be killed with SIGKILL while we spin: a thread with a timer remembers to end us. */
function startWatchdog({ watchdogMs }: SideSpec): void {
  new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${2 * watchdogMs})`, { eval: true }).unref()
}

async function runProcess(): Promise<void> {
  const spec = JSON.parse(process.argv[2] as string) as SideSpec
  startWatchdog(spec)
  const between = catalogue.find(({ name }) => name === spec.litmus)?.between
  const { version: node, arch, versions } = process
  const told = await tell()
  // Not by `process.exit`: Node's shutdown waits for its compiler's threads, and once in a while for ever
  // (https://github.com/nodejs/node/issues/54918). It is not what is tested.
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.kill(process.pid, 'SIGKILL'))

  async function tell(): Promise<SideReport> {
    try {
      if (between === 'threads') return { counts: await playBoth(spec), node, arch, v8: versions.v8 }
      setAffinity([spec.processors[spec.index]])
      const arena = new Arena(MemoryMapping.map(arenaFd, fileLength(arenaFd)))
      return { counts: await play(spec, arena), node, arch, v8: versions.v8 }
    } catch (error) {
      if (error instanceof Absent) return { absent: error.message }
      throw error
    }
  }
}

async function runThread(): Promise<void> {
  const { spec, buffer } = workerData as { spec: SideSpec; buffer: SharedArrayBuffer }
  setThreadAffinity([spec.processors[1]])
  parentPort?.postMessage(await play(spec, new Arena(buffer)))
}

await (isMainThread ? runProcess() : runThread())
