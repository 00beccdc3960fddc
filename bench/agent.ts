/** Not a bench: the program of each side, started by the benches, one process or thread a side. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { setAffinity, setThreadAffinity } from '../ffi/index.js'
import { contenders } from './contenders/index.js'
import type { ChannelEnd } from './harness/channel.js'
import type { Contender, Prepared } from './harness/contender.js'
import { type AgentSpec, agentFile } from './harness/pair.js'
import { RemoteSide } from './harness/remote-side.js'
import { serve } from './harness/side.js'

/** The first descriptor after stdin, stdout, stderr and the channel. */
const passedDescriptor = 4

interface FarThread {
  readonly spec: AgentSpec
  readonly shared: unknown
}

function contenderOf(spec: AgentSpec): Contender {
  const contender = contenders[spec.contender]
  if (contender === undefined) throw new Error(`there is no contender ${spec.contender}`)
  return contender
}

function startFar(
  spec: AgentSpec,
  contender: Contender,
  prepared: Prepared<unknown> | undefined,
): ChildProcess | Worker {
  const farSpec: AgentSpec = { ...spec, side: 'far' }
  if (contender.between === 'threads') {
    const data: FarThread = { spec: farSpec, shared: prepared?.far }
    return new Worker(agentFile, { workerData: data, transferList: [...(prepared?.transfer ?? [])] })
  }
  const file = prepared?.file
  const child = spawn(process.execPath, [...process.execArgv, agentFile, JSON.stringify(farSpec)], {
    stdio: ['ignore', 2, 2, 'ipc', ...(file === undefined ? [] : [file.fd])],
    serialization: 'advanced',
  })
  process.on('exit', () => child.kill('SIGKILL'))
  return child
}

async function beNear(spec: AgentSpec): Promise<void> {
  const { folder, processors } = spec
  const contender = contenderOf(spec)
  // Helpers of V8 and libuv share this processor; those of two threads in one process may use both.
  if (contender.between === 'threads') {
    setAffinity([...new Set(processors)])
    setThreadAffinity([processors[0]])
  } else {
    setAffinity([processors[0]])
  }
  const prepared = contender.prepare?.()
  const descriptor = prepared?.file?.fd ?? -1
  if (contender.far === undefined) {
    const place = { folder, processors, channel: process, shared: prepared?.near, descriptor }
    return serve(process, await contender.near(place))
  }
  const far = startFar(spec, contender, prepared)
  const partner = new RemoteSide(far, `the far side of ${spec.contender}`)
  const place = { folder, processors, channel: far, shared: prepared?.near, descriptor }
  const [side] = await Promise.all([contender.near(place), partner.opened])
  prepared?.file?.close()
  serve(process, side, partner)
}

async function beFar(spec: AgentSpec, shared: unknown, channel: ChannelEnd): Promise<void> {
  const { folder, processors } = spec
  const contender = contenderOf(spec)
  if (contender.between === 'threads') setThreadAffinity([processors[1]])
  else setAffinity([processors[1]])
  const side = await contender.far?.({ folder, processors, channel, shared, descriptor: passedDescriptor })
  if (side !== undefined) serve(channel, side)
}

/** The coordinator removes what all its pairs leave behind, unless it was killed: then the last pair does. */
function leave({ side, folder }: AgentSpec): never {
  if (side === 'near') {
    rmSync(folder, { recursive: true, force: true })
    try {
      rmdirSync(dirname(folder))
    } catch {
      // Other pairs are still there, or the coordinator was quicker.
    }
  }
  process.exit()
}

if (parentPort !== null) {
  const { spec, shared } = workerData as FarThread
  await beFar(spec, shared, parentPort)
} else {
  const spec = JSON.parse(process.argv[2] ?? '') as AgentSpec
  // Whoever started this process is done with it, or gone.
  process.on('disconnect', () => leave(spec))
  process.on('error', () => leave(spec))
  await (spec.side === 'near' ? beNear(spec) : beFar(spec, undefined, process))
}
