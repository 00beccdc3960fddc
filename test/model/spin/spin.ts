import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Check, macrosOf } from './check.js'
import { type Finding, readFinding } from './finding.js'
import type { Programs } from './programs.js'
import { readTrace } from './trace.js'

/** A search that took longer than this does not end. */
const watchdogMs = 300_000
/** Each search; two run at once. */
const memoryLimitMiB = 1900
const longestRun = 1_000_000

export interface Result extends Finding {
  readonly check: Check
  readonly asExpected: boolean
  readonly seconds: number
  /** How the error comes about, shortest first; empty when there is none. */
  readonly trace: readonly string[]
}

/** Verifies models in a folder of its own, which is emptied. */
export class Spin {
  readonly #models: string
  readonly #scratch: string
  readonly #programs: Programs
  readonly #children = new Set<ReturnType<typeof spawn>>()

  constructor(models: string, scratch: string, programs: Programs) {
    this.#models = models
    this.#scratch = scratch
    this.#programs = programs
  }

  async run(check: Check): Promise<Result> {
    const began = performance.now()
    const folder = join(this.#scratch, check.name)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const model = join(this.#models, `${check.model}.pml`)
    const macros = macrosOf(check)
    await this.#call(folder, this.#programs.spin, ['-a', ...macros, model])
    const endless = check.defines.includes('ENDLESS_RUNS')
    await this.#call(folder, this.#programs.cc, [...compilerOptions(check, endless), '-o', 'pan', 'pan.c'])
    const arguments_ = [`-m${longestRun}`, '-n', ...(endless ? ['-l'] : [])]
    const finding = readFinding(await this.#call(folder, './pan', arguments_))
    let trace: string[] = []
    if (finding.error !== undefined) {
      const trail = `${check.model}.pml.trail`
      const replay = await this.#call(folder, this.#programs.spin, ['-t', '-k', trail, ...macros, model])
      trace = readTrace(replay, check.defines)
    }
    const asExpected = finding.complete && finding.found === check.expected
    return { ...finding, check, asExpected, seconds: (performance.now() - began) / 1000, trace }
  }

  /** Ends whatever runs. */
  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }

  /** @returns what it printed. Its exit code says little: pan's is 0 whatever it found. */
  #call(cwd: string, program: string, options: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, options, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: watchdogMs })
      this.#children.add(child)
      let text = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
      }
      child.once('error', reject)
      child.once('close', (status, signal) => {
        this.#children.delete(child)
        if (status === 0) resolve(text)
        else reject(new Error(`${program} ${options.join(' ')} ended with ${signal ?? status}:\n${text}`))
      })
    })
  }
}

/** Errors are looked for breadth first, so that the first one found is a short one. */
function compilerOptions({ expected }: Check, endless: boolean): string[] {
  const search = endless ? '-DNP' : '-DSAFETY'
  const order = expected === 'nothing' ? [] : ['-DBFS']
  return ['-O2', '-w', search, '-DCOLLAPSE', `-DMEMLIM=${memoryLimitMiB}`, ...order]
}
