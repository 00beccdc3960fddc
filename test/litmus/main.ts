/** `main.js [--json] [--smoke] [--node PATH] [--peer PATH] [--only NAME]...`: runs the litmus tests, and tells what they saw. */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { machine } from '../../bench/harness/bench.js'
import { twoProcessors } from '../../bench/harness/cores.js'
import { Progress } from '../../bench/harness/progress.js'
import { Scratch } from '../../bench/harness/scratch.js'
import { catalogue } from './catalogue.js'
import { type Finding, findingsJson, findingsText } from './findings.js'
import type { Litmus, Variant } from './litmus.js'
import { type Outcome, type Place, type Runtime, runVariant, together } from './run-variant.js'
import { isUnfinished, judge } from './verdict.js'

const usageStatus = 2
const usualBudgetMs = 500
const smokeBudgetMs = 120
/** Each twice as long as the one before. */
const attempts = 5

interface Wanted {
  readonly json: boolean
  readonly smoke: boolean
  readonly nodes: readonly [string, string]
  readonly tests: readonly Litmus[]
}

function usage(complaint: string): never {
  const names = catalogue.map(({ name, claim }) => `  ${name.padEnd(28)}${claim}`)
  process.stderr.write(`${complaint}

usage: npm run --silent litmus -- [--json] [--smoke] [--node PATH] [--peer PATH] [--only NAME]...

  --json        one JSON object as the last line
  --smoke       a moment of each test
  --node PATH   the Node that runs the tests; default: this one
  --peer PATH   the Node of the second side, where there are two processes; default: the same
  --only NAME   these tests alone, of:
${names.join('\n')}
`)
  process.exit(usageStatus)
}

function parse(): Wanted {
  const options = {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
    peer: { type: 'string' },
    only: { type: 'string', multiple: true },
  } as const
  try {
    const { json, smoke, node, peer = node, only = [] } = parseArgs({ options }).values
    const unknown = only.find((wanted) => !catalogue.some(({ name }) => name === wanted))
    if (unknown !== undefined) return usage(`There is no test ${unknown}.`)
    const tests = catalogue.filter(({ name }) => only.length === 0 || only.includes(name))
    return { json, smoke, nodes: [node, peer], tests: node === peer ? tests : tests.filter(isBetweenProcesses) }
  } catch (error) {
    return usage((error as Error).message)
  }
}

function isBetweenProcesses({ between }: Litmus): boolean {
  return between === 'processes'
}

/** @throws for what is no Node, before every test fails of it */
function checkNode(path: string): void {
  const { status, error, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (status === 0) return
  const why = error?.message ?? stderr.trim()
  throw new Error(`${path} does not run (.ci/install-nodes and .ci/install-arm64 put others into .nodes): ${why}`)
}

function nameOf({ node, arch, v8 }: Runtime): string {
  return `Node ${node} (V8 ${v8}) on ${arch}`
}

/** Where two kinds of processor meet, what must be seen on one of them need not be seen. */
function archOf(runtimes: readonly Runtime[]): string {
  const [arch = 'unknown', ...others] = new Set(runtimes.map((runtime) => runtime.arch))
  return others.length === 0 ? arch : 'mixed'
}

/** An error that must show gets more time until it does, and a claim until something was tested. */
async function runLongEnough(litmus: Litmus, variant: Variant, place: Place): Promise<Outcome> {
  let outcome = await runVariant(litmus, variant, place)
  for (
    let attempt = 1;
    attempt < attempts && isUnfinished(variant, outcome.ending, archOf(outcome.runtimes));
    attempt++
  ) {
    const longer = { ...place, budgetMs: place.budgetMs * 2 ** attempt }
    outcome = together(outcome, await runVariant(litmus, variant, longer))
  }
  return outcome
}

async function main(): Promise<number> {
  const { json, smoke, nodes, tests } = parse()
  for (const node of new Set(nodes)) checkNode(node)
  const processors = twoProcessors()
  if (processors[0] === processors[1])
    throw new Error(`two sides need two processors; there is number ${processors[0]} only`)
  const progress = new Progress()
  const place: Place = { scratch: new Scratch(), processors, nodes, budgetMs: smoke ? smokeBudgetMs : usualBudgetMs }
  const findings: Finding[] = []
  const runtimes = new Map<string, Runtime>()
  const all = tests.flatMap((litmus) => litmus.variants.map((variant) => ({ litmus, variant })))
  for (const [at, { litmus, variant }] of all.entries()) {
    progress.show(`${at + 1} of ${all.length}: ${litmus.name}: ${variant.name}`)
    const { ending, runtimes: ran } = await runLongEnough(litmus, variant, place)
    for (const { node, arch, v8 } of ran) runtimes.set(`${arch} ${node}`, { node, arch, v8 })
    findings.push({ litmus, variant, ending, verdict: judge(variant, ending, archOf(ran)) })
  }
  progress.clear()
  const failures = findings.filter(({ verdict }) => verdict.failed).length
  const { kernel, processor, processorCount } = machine()
  process.stdout.write(`${[...runtimes.values()].map(nameOf).join('; ')}
Linux ${kernel}, ${processor}, processors ${processors.join(' and ')}${smoke ? '; a smoke run' : ''}

${findingsText(findings)}

${failures === 0 ? 'All assumptions held.' : `${failures} FAILED.`}
`)
  if (json) {
    const sides = [...runtimes.values()]
    const result = {
      passed: failures === 0,
      smoke,
      sides,
      kernel,
      processor,
      processorCount,
      tests: findingsJson(findings),
    }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  return failures === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
  process.stdout.write('', () => process.exit())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
