import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** How long the partner may take to end by itself, once the rings are closed. */
const graceMs = 1000

/** This program a second time, as the other process of a bench run. */
export class PartnerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #failed = new AbortController()
  #stderr = ''

  /** @param args what the program is told to do */
  constructor(args: readonly string[]) {
    const program = [...process.execArgv, process.argv[1] as string, ...args]
    this.#child = spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#exited = once(this.#child, 'close')
    this.#exited.then(
      () => this.#failed.abort(new Error(`the other process ended too early: ${this.#stderr.trim() || 'silently'}`)),
      (error: unknown) => this.#failed.abort(error),
    )
  }

  /** Aborted when the partner ends, with the reason. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), graceMs)
    await this.#exited.catch(() => undefined)
    clearTimeout(patience)
  }
}
