/** `main.js [--json] [--traces] [--check NAME]`: searches the models of the ring, and of the same broken on purpose. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brokenChecks } from './broken-checks.js'
import type { Check } from './check.js'
import { findPrograms } from './programs.js'
import { soundChecks } from './sound-checks.js'
import { type Result, Spin } from './spin.js'
import { story, table } from './table.js'

const usageStatus = 2
const interruptedStatus = 130
/** Each may take close to 2 GiB. */
const mostAtOnce = 2
/** From the bundle in .build/test/model/spin. */
const root = new URL('../../../../', import.meta.url)
const everyCheck = [...soundChecks, ...brokenChecks]

interface Wanted {
  readonly checks: readonly Check[]
  readonly json: boolean
  readonly traces: boolean
}

function usage(complaint: string): never {
  const lines = everyCheck.map(({ name, what }) => `  ${name.padEnd(34)}${what}`)
  process.stderr.write(`${complaint}

usage: npm run --silent model -- [--check NAME]... [--traces] [--json]
${lines.join('\n')}

  --check     these alone, with traces
  --traces    how each error comes about
  --json      one JSON object as the last line, traces in it
`)
  process.exit(usageStatus)
}

function parse(): Wanted {
  const options = {
    check: { type: 'string', multiple: true, default: [] as string[] },
    json: { type: 'boolean', default: false },
    traces: { type: 'boolean', default: false },
  } as const
  try {
    const { values } = parseArgs({ options })
    const named = values.check.map((name) => {
      const check = everyCheck.find((each) => each.name === name)
      return check ?? usage(`There is no check ${name}.`)
    })
    const some = named.length > 0
    return { checks: some ? named : everyCheck, json: values.json, traces: values.traces || some }
  } catch (error) {
    return usage((error as Error).message)
  }
}

/** Runs them all, a few at once. @returns in the order of `checks` */
async function runAll(spin: Spin, checks: readonly Check[]): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < checks.length; at = next++) {
      const result = await spin.run(checks[at] as Check)
      results[at] = result
      const done = results.filter((each) => each !== undefined).length
      process.stderr.write(`${done}/${checks.length} ${result.check.name}: ${result.found}\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, availableParallelism()) }, worker))
  return results
}

async function main(): Promise<void> {
  const { checks, json, traces } = parse()
  const programs = findPrograms()
  const path = (name: string): string => fileURLToPath(new URL(name, root))
  const spin = new Spin(path('test/model/spin'), path('.build/model'), programs)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      spin.stop()
      process.exit(interruptedStatus)
    })
  }
  const began = performance.now()
  let results: Result[]
  try {
    results = await runAll(spin, checks)
  } finally {
    spin.stop()
  }
  const seconds = (performance.now() - began) / 1000
  if (traces)
    for (const result of results.filter(({ trace }) => trace.length > 0)) process.stdout.write(`${story(result)}\n\n`)
  const states = results.reduce((sum, result) => sum + result.states, 0)
  const wrong = results.filter(({ asExpected }) => !asExpected).map(({ check }) => check.name)
  process.stdout.write(`${table(results)}\n\n${results.length} checks, ${states} states, ${seconds.toFixed(0)} s; `)
  process.stdout.write(wrong.length === 0 ? 'all as expected\n' : `not as expected: ${wrong.join(', ')}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ seconds, states, asExpected: wrong.length === 0, results })}\n`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
