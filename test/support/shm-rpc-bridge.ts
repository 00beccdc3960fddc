import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Child, type ChildOptions, spawnProgram } from './child.js'
import { type AvailablePeer, type PeerProgram, unavailable } from './peer.js'
import { peersFolder } from './peers-folder.js'

const driver = join(import.meta.dirname, 'bridge', 'peer.py')

/** The real shm-rpc-bridge of PyPI. */
export function shmRpcBridge(): AvailablePeer {
  const python = join(peersFolder, 'bridge', 'venv', 'bin', 'python')
  if (!existsSync(python)) {
    return unavailable('the real shm-rpc-bridge is not installed: run .ci/install-shm-rpc-bridge')
  }
  return { program: { name: 'shm-rpc-bridge (Python)', file: python, arguments: [driver] } }
}

/** Resolves when it serves. */
export async function pythonServer(
  program: PeerProgram,
  name: string,
  bufferBytes = 4096,
  options: ChildOptions = {},
): Promise<Child> {
  const server = spawnProgram(program.file, [...program.arguments, 'server', name, String(bufferBytes)], options)
  // Killed, it would leave its names.
  onTestFinished(async () => {
    server.kill('SIGTERM')
    await server.exited
  })
  await server.line('ready')
  return server
}

/** What a call of a Python client came to. */
export interface PythonOutcome {
  readonly result?: unknown
  readonly failure?: string
  readonly message?: string
}

export class PythonClient {
  readonly child: Child

  private constructor(child: Child) {
    this.child = child
  }

  /** Resolves when it has opened the bridge. */
  static async start(
    program: PeerProgram,
    name: string,
    timeoutSeconds = 5,
    options: ChildOptions = {},
  ): Promise<PythonClient> {
    const child = spawnProgram(program.file, [...program.arguments, 'client', name, String(timeoutSeconds)], options)
    await child.line('ready')
    return new PythonClient(child)
  }

  call(method: string, params: object = {}): Promise<PythonOutcome> {
    this.child.tell(JSON.stringify({ method, params }))
    return this.child.json()
  }

  /** So many calls of `add`, one after the other. */
  calls(count: number): Promise<{ nsPerCall: number; wrong: number }> {
    this.child.tell(JSON.stringify({ calls: count }))
    return this.child.json()
  }

  /** Lets it close the bridge and end. */
  async end(): Promise<void> {
    this.child.process.stdin.end()
    await this.child.exited
  }
}
