import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TaskInput } from '../harness/channel.js'
import type { Contender, Place } from '../harness/contender.js'
import type { Side } from '../harness/side.js'
import { LineServer } from './line-server.js'

interface PythonPeer {
  readonly name: string
  readonly contender: string
  readonly title: string
  readonly python: string
  readonly program: string
  readonly ofOne: number
  readonly missing: string
}

/** From the bundles in `.build/bench`. */
const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const tachyon: PythonPeer = {
  name: 'tachyonPython',
  contender: 'tachyon-calls',
  title: 'Tachyon RPC, Python, blocking',
  python: pathOf('.peers/tachyon/venv/bin/python'),
  program: pathOf('bench/contenders/tachyon-calls.py'),
  ofOne: 2000,
  missing: "Tachyon's RPC through its Python bindings, which .ci/install-tachyon installs",
}

const bridge: PythonPeer = {
  name: 'bridgePython',
  contender: 'bridge-calls',
  title: 'shm-rpc-bridge, Python, blocking',
  python: pathOf('.peers/bridge/venv/bin/python'),
  program: pathOf('bench/contenders/bridge-calls.py'),
  ofOne: 500,
  missing: 'shm-rpc-bridge, which .ci/install-shm-rpc-bridge installs',
}

export interface PythonCallers {
  readonly present: readonly PythonPeer[]
  /** Sentences about those that are not installed. */
  readonly missing: readonly string[]
}

export function pythonCallers(): PythonCallers {
  const peers = [tachyon, bridge]
  return {
    present: peers.filter(({ python }) => existsSync(python)),
    missing: peers.filter(({ python }) => !existsSync(python)).map(({ missing }) => missing),
  }
}

/** A Python process beside an agent that only hands on its orders. It has one call in flight, whatever is asked. */
function contenderOf({ title, python, program }: PythonPeer): Contender {
  const sideOf = async (side: 'near' | 'far', { folder, processors }: Place): Promise<Side> => {
    const server = new LineServer(python, [program, side, folder, String(processors[side === 'near' ? 0 : 1])])
    await server.answer()
    const call = async ({ count }: TaskInput): Promise<Float64Array> => {
      const samplesNs = (await server.ask(`call ${count}`)) as number[] | null
      return Float64Array.from(samplesNs ?? [])
    }
    return { tasks: { call }, close: () => server.close() }
  }
  return {
    title,
    between: 'processes',
    near: (place) => sideOf('near', place),
    far: (place) => sideOf('far', place),
  }
}

export const tachyonCalls = contenderOf(tachyon)
export const bridgeCalls = contenderOf(bridge)
