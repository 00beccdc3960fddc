import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './messages.js'

const program = fileURLToPath(new URL('end.js', import.meta.url))
const stderrKept = 2000

/** A process that plays ends: one order at a time, and an answer to each. */
export class EndProcess {
  readonly ready: Promise<unknown>
  /** Resolves when the process has ended and was reaped. */
  readonly exited: Promise<unknown>
  readonly #child: ChildProcess
  #answer: ((answer: Answer) => void) | undefined
  #failed: ((error: Error) => void) | undefined
  #stderr = ''
  #ended = false

  constructor() {
    this.#child = fork(program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child.on('message', (answer) => this.#answer?.(answer as Answer))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrKept)
    })
    // A killed process cannot be sent anything, and need not be.
    this.#child.on('error', () => undefined)
    this.exited = once(this.#child, 'close').then(([code, signal]) => {
      this.#ended = true
      this.#failed?.(new Error(`the process ended (code ${code}, signal ${signal})\n${this.#stderr}`))
    })
    this.ready = this.#answered()
    this.ready.catch(() => undefined)
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** @throws (rejects) when the process ends first */
  ask(order: Exclude<Order, { do: 'abandon' }>): Promise<Answer> {
    const answered = this.#answered()
    this.#child.send(order)
    return answered
  }

  abandon(): void {
    if (!this.#ended) this.#child.send({ do: 'abandon' } satisfies Order)
  }

  /** @returns when, on the clock that all processes share */
  kill(): bigint {
    const killedNs = process.hrtime.bigint()
    this.#child.kill('SIGKILL')
    return killedNs
  }

  #answered(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(new Error(`the process has ended\n${this.#stderr}`))
      this.#answer = resolve
      this.#failed = reject
    })
  }
}
