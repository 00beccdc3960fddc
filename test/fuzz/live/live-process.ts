import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ticksPerSecond = 100
const pageBytes = 4096
/** Of processor time without progress: longer, and the process hangs. */
const hangCpuMs = 5000
/** Of any time without progress, for a process that sleeps. A machine with much else to do is slow; this is not that. */
const hangWallMs = 60_000
/** A heap that grows without bound ends the process, which counts as a crash. */
const heapMiB = 256

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface LiveProcessOptions {
  readonly args?: readonly string[]
  /** Passed on as descriptors 3, 4 and so on. */
  readonly fds?: readonly number[]
  readonly onLine: (message: Readonly<Record<string, unknown>>) => void
  /** A folder that V8 writes its coverage to. */
  readonly coverage?: string | undefined
}

/** A process of the library that is under attack. Killed with this one. */
export class LiveProcess {
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  readonly exited: Promise<void>
  #ended: string | undefined
  #stderr = ''
  #progress = -1
  #progressCpuMs = 0
  #progressAtMs = 0

  constructor(program: string, options: LiveProcessOptions) {
    const path = fileURLToPath(new URL(`./processes/${program}.js`, import.meta.url))
    const nodeOptions = [`--max-old-space-size=${heapMiB}`, '--expose-gc']
    this.#child = spawn(process.execPath, [...nodeOptions, path, ...(options.args ?? [])], {
      stdio: ['pipe', 'pipe', 'pipe', ...(options.fds ?? [])],
      env: { ...process.env, ...(options.coverage && { NODE_V8_COVERAGE: options.coverage }) },
    })
    running.add(this.#child)
    const { stdin, stdout, stderr } = this.#child
    stdin?.on('error', () => undefined)
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000)
    })
    this.#ready = new Promise((resolve, reject) => {
      createInterface({ input: stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const message = JSON.parse(line) as Record<string, unknown>
        if (message['ready'] !== undefined) resolve()
        options.onLine(message)
      })
      this.#child.on('close', () => reject(new Error(`the live process ended before it was ready: ${this.#stderr}`)))
    })
    this.#ready.catch(() => undefined)
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        running.delete(this.#child)
        this.#ended = `code ${code}, signal ${signal}${this.#stderr === '' ? '' : `: ${this.#stderr}`}`
        resolve()
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** How it ended, or undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended
  }

  /** @throws when it ends before */
  async ready(): Promise<void> {
    await this.#ready
  }

  tell(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  /** @param progress any number that changes as long as something is done. @returns why it is taken to hang */
  hangs(progress: number): string | undefined {
    const now = performance.now()
    const cpuMs = this.#cpuMs()
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#progressCpuMs = cpuMs
      this.#progressAtMs = now
      return undefined
    }
    const usedMs = cpuMs - this.#progressCpuMs
    if (usedMs > hangCpuMs) return `${usedMs} ms of processor time without progress`
    const waitedMs = now - this.#progressAtMs
    return waitedMs > hangWallMs ? `${Math.round(waitedMs)} ms without progress` : undefined
  }

  residentMiB(): number {
    try {
      const pages = Number(readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ')[1])
      return Math.round((pages * pageBytes) / 2 ** 20)
    } catch {
      return 0
    }
  }

  /** Asks it to end by closing its input; kills it when it does not. */
  async stop(patienceMs = 10_000): Promise<void> {
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.kill(), patienceMs)
    await this.exited
    clearTimeout(timer)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #cpuMs(): number {
    try {
      const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
    } catch {
      return 0
    }
  }
}
