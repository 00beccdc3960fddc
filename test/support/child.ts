import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChildOptions {
  /** A major version that `.ci/install-nodes` has installed, such as `'24'`. Default: the Node that runs the test. */
  readonly node?: string
  /** Options for node itself, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The child is killed, and everything that waits for it fails, when it runs longer than this. Default: 50 000. */
  readonly watchdogMs?: number
  /**
   * Who ends the child if it has not ended by itself: the test that started it (the default), or whoever calls `stop`, for
   * children that serve several tests.
   */
  readonly lifetime?: 'test' | 'until-stopped'
}

interface LineWaiter {
  readonly matches: (line: string) => boolean
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

const running = new Set<ChildProcessWithoutNullStreams>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A program running beside the test: what it prints, how it ends, and a promise that it does end. */
export class Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly pid: number
  /** Resolves when the program has ended and all it printed was read. Never rejects. */
  readonly exited: Promise<ChildExit>
  #stdout = ''
  #stderr = ''
  /** Lines that nobody has asked for yet, oldest first. */
  readonly #unread: string[] = []
  #partialLine = ''
  #waiters: LineWaiter[] = []
  #ended: string | undefined
  #watchdogFired = false

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    const { watchdogMs = 50_000 } = options
    this.process = spawn(command, args, { cwd: options.cwd ?? root, env: { ...process.env, ...options.env } })
    this.pid = this.process.pid ?? -1
    running.add(this.process)
    // A child that has ended takes no more input; the test sees how it ended, and need not see EPIPE too.
    this.process.stdin.on('error', () => undefined)
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    const watchdog = setTimeout(() => {
      this.#watchdogFired = true
      this.kill('SIGKILL')
    }, watchdogMs)
    this.exited = new Promise((resolve) => {
      this.process.on('error', (error) => {
        this.#stderr += `${error.message}\n`
      })
      this.process.on('close', (code, signal) => {
        clearTimeout(watchdog)
        running.delete(this.process)
        const reason = this.#watchdogFired ? ` by the watchdog after ${watchdogMs} ms` : ''
        this.#ended = `the child ended (code ${code}, signal ${signal})${reason}`
        for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure())
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
    if (options.lifetime !== 'until-stopped') onTestFinished(() => this.stop().then(() => undefined))
  }

  /** What the program has printed so far. */
  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** The next line of stdout that matches; lines before it are passed over. */
  line(match: string | RegExp = /^/): Promise<string> {
    const matches = (line: string) => (typeof match === 'string' ? line === match : match.test(line))
    const position = this.#unread.findIndex(matches)
    if (position >= 0) return Promise.resolve(this.#unread.splice(0, position + 1).at(-1) ?? '')
    this.#unread.length = 0
    if (this.#ended !== undefined) return Promise.reject(this.#failure())
    return new Promise((resolve, reject) => this.#waiters.push({ matches, resolve, reject }))
  }

  /** The next line of stdout that is a JSON object. */
  async json<T = Record<string, unknown>>(): Promise<T> {
    return JSON.parse(await this.line(/^\{.*\}$/)) as T
  }

  /** Sends a line to the program's stdin. */
  tell(line: string): void {
    this.process.stdin.write(`${line}\n`)
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.process.kill(signal)
  }

  /** Ends the program if it has not ended, and waits until it has. */
  async stop(): Promise<ChildExit> {
    if (this.#ended === undefined) this.kill('SIGKILL')
    return await this.exited
  }

  #read(text: string): void {
    this.#stdout += text
    const lines = (this.#partialLine + text).split('\n')
    this.#partialLine = lines.pop() ?? ''
    for (const line of lines) this.#deliver(line)
  }

  #deliver(line: string): void {
    const waiter = this.#waiters[0]
    if (waiter === undefined) {
      this.#unread.push(line)
    } else if (waiter.matches(line)) {
      this.#waiters.shift()
      waiter.resolve(line)
    }
  }

  #failure(): Error {
    return new Error(`${this.#ended} before it printed what was waited for\n${this.#stdout}\n${this.#stderr}`)
  }
}

/** The node executable of a major version, or undefined where `.ci/install-nodes` has not been run. */
export function nodeOfVersion(major: string): string | undefined {
  const path = `${root}.nodes/${major}/bin/node`
  return existsSync(path) ? path : undefined
}

/**
 * Starts `test/process/children/NAME.ts` (or the one in `test/interop/children`) in a process of its own, the real node
 * running the real bundle. It is killed when the test ends.
 */
export function spawnChild(name: string, args: readonly string[] = [], options: ChildOptions = {}): Child {
  const candidates = ['process', 'interop'].map((folder) => `${root}.build/test/${folder}/children/${name}.js`)
  const program = candidates.find((path) => existsSync(path))
  if (program === undefined) throw new Error(`there is no ${name}.ts among the tests' children`)
  const node = options.node === undefined ? process.execPath : nodeOfVersion(options.node)
  if (node === undefined) throw new Error(`Node ${options.node} is not installed: .ci/install-nodes ${options.node}`)
  return new Child(node, [...(options.nodeOptions ?? []), program, ...args], options)
}

/** Starts any other program under the same rules. */
export function spawnProgram(command: string, args: readonly string[] = [], options: ChildOptions = {}): Child {
  return new Child(command, args, options)
}
