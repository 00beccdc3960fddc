import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { getAffinity, setAffinity } from '../../ffi/index.js'
import { BridgeServer } from '../../src/rpc/bridge/bridge-server.js'
import { type Conditions, interleave } from '../harness/bench.js'
import { median } from '../harness/statistics.js'

/** From the bundles in `.build/bench`. */
const python = fileURLToPath(new URL('../../.peers/bridge/venv/bin/python', import.meta.url))
const program = fileURLToPath(new URL('../../bench/contenders/bridge-callers.py', import.meta.url))

/** Medians of the rounds, in nanoseconds a call. */
export interface PythonCallers {
  readonly typeScriptServerNs: number
  readonly pythonServerNs: number
  /** Of the rate with a TypeScript server to the rate with a Python one: 1 is as fast. */
  readonly ratio: number
}

interface PythonSide {
  readonly child: ChildProcess
  readonly line: () => Promise<string>
}

async function start({ scratch }: Conditions, role: string, name: string, processor: number): Promise<PythonSide> {
  const child = spawn(python, [program, role, name, String(processor)], { stdio: ['pipe', 'pipe', 'inherit'] })
  scratch.adopt(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`the Python ${role} ended`)
    return value
  }
  await line()
  return { child, line }
}

/**
 * A Python caller of a TypeScript server, which is this process, against the same caller of a Python server.
 *
 *     processor 1: caller, Python  ──request──►  processor 2: server, TypeScript or Python
 *                                  ◄─answer───
 *
 * @returns undefined where shm-rpc-bridge is not installed: .ci/install-shm-rpc-bridge
 */
export async function comparePythonCallers(conditions: Conditions): Promise<PythonCallers | undefined> {
  if (!existsSync(python)) return undefined
  const { processors, smoke } = conditions
  const ours = `ringway-bench-${process.pid}-ours`
  const theirs = `ringway-bench-${process.pid}-theirs`
  const affinity = getAffinity()
  const sides: PythonSide[] = []
  const begin = async (role: string, name: string, processor: number): Promise<PythonSide> => {
    const side = await start(conditions, role, name, processor)
    sides.push(side)
    return side
  }
  setAffinity([processors[1]])
  const server = await BridgeServer.listen(ours, { add: ({ a, b }: { a: number; b: number }) => a + b })
  try {
    const pythonServer = await begin('server', theirs, processors[1])
    const callers = [await begin('client', ours, processors[0]), await begin('client', theirs, processors[0])]
    const count = smoke ? 200 : 5000
    const nsPerCall: [number[], number[]] = [[], []]
    await interleave(conditions, 'Python callers', { warmUps: 2, rounds: smoke ? 1 : 9 }, async (round) => {
      for (const [index, { child, line }] of callers.entries()) {
        child.stdin?.write(`${count}\n`)
        const ns = Number(await line()) / count
        if (round >= 0) nsPerCall[index]?.push(ns)
      }
    })
    for (const { child } of callers) child.stdin?.end()
    pythonServer.child.kill('SIGTERM')
    const [typeScriptServerNs, pythonServerNs] = [median(nsPerCall[0]), median(nsPerCall[1])]
    return { typeScriptServerNs, pythonServerNs, ratio: pythonServerNs / typeScriptServerNs }
  } finally {
    await Promise.all(sides.map((side) => ended(side.child)))
    await server[Symbol.asyncDispose]()
    setAffinity(affinity)
  }
}

/** A server that is killed leaves its names, so it is asked first. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}
