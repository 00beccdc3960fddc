import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TaskInput } from './channel.js'
import { RemoteSide } from './remote-side.js'
import type { Scratch } from './scratch.js'
import type { Results } from './side.js'

/** What a side's process or thread is told when it starts. */
export interface AgentSpec {
  readonly side: 'near' | 'far'
  readonly contender: string
  readonly folder: string
  readonly processors: readonly [number, number]
}

/** The program of every side: a bundle beside the one that runs this code. */
export const agentFile = fileURLToPath(new URL('./agent.js', import.meta.url))

let pairs = 0

/** Two sides of a contender, connected, pinned, and asleep until they are given a task. */
export class Pair {
  readonly #process: ChildProcess
  readonly #near: RemoteSide

  private constructor(nearProcess: ChildProcess, near: RemoteSide) {
    this.#process = nearProcess
    this.#near = near
  }

  /**
   * @param processors of the near and of the far side
   * @param nodeOptions for Node itself, of either side
   */
  static async start(
    contender: string,
    processors: readonly [number, number],
    scratch: Scratch,
    nodeOptions: readonly string[] = [],
  ): Promise<Pair> {
    const folder = join(scratch.folder, String(pairs++))
    mkdirSync(folder)
    const spec: AgentSpec = { side: 'near', contender, folder, processors }
    // The far side's process gets what the near one got.
    const child = spawn(process.execPath, [...process.execArgv, ...nodeOptions, agentFile, JSON.stringify(spec)], {
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
    })
    scratch.adopt(child)
    const near = new RemoteSide(child, contender)
    await near.opened
    return new Pair(child, near)
  }

  /** Called while a task runs that reports how far it is. */
  set onProgress(listener: ((done: number) => void) | undefined) {
    this.#near.onProgress = listener
  }

  async run<Near, Far = unknown>(task: string, input: TaskInput): Promise<Results<Near, Far>> {
    return (await this.#near.run(task, input).done) as Results<Near, Far>
  }

  async close(): Promise<void> {
    await this.#near.close()
    this.#process.disconnect()
  }
}
