/** `main.js NAME [--json] [--smoke]`: runs one bench, and prints what it found. */
import { parseArgs } from 'node:util'
import { compare } from './compare.js'
import { endings } from './endings.js'
import { eventLoop } from './event-loop.js'
import { type Bench, machine } from './harness/bench.js'
import { twoProcessors } from './harness/cores.js'
import { Progress } from './harness/progress.js'
import { Scratch } from './harness/scratch.js'
import { micro } from './micro.js'
import { rpcBench } from './rpc.js'
import { rtt } from './rtt.js'
import { tail } from './tail.js'
import { throughput } from './throughput.js'

const benches: Readonly<Record<string, Bench>> = {
  rtt,
  throughput,
  'event-loop': eventLoop,
  compare,
  endings,
  rpc: rpcBench,
  tail,
  micro,
}

const usageStatus = 2

function usage(complaint: string): never {
  const lines = Object.entries(benches).map(([name, { purpose }]) => `  ${name.padEnd(12)}${purpose}`)
  process.stderr.write(`${complaint}

usage: npm run --silent bench -- NAME [--json] [--smoke]
${lines.join('\n')}

  --json      one JSON object as the last line
  --smoke     a few short rounds, to see that it runs
`)
  process.exit(usageStatus)
}

function parse(): { name: string; bench: Bench; json: boolean; smoke: boolean } {
  const options = { json: { type: 'boolean', default: false }, smoke: { type: 'boolean', default: false } } as const
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options })
    const [name = '', ...more] = positionals
    const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
    if (bench === undefined || more.length > 0) {
      return usage(name === '' ? 'Which bench?' : `There is no bench ${positionals.join(' ')}.`)
    }
    return { name, bench, json: values.json, smoke: values.smoke }
  } catch (error) {
    return usage((error as Error).message)
  }
}

async function main(): Promise<void> {
  const { name, bench, json, smoke } = parse()
  const processors = twoProcessors()
  if (bench.needsTwoProcessors && processors[0] === processors[1]) {
    throw new Error(`${name} needs two processors, and may use number ${processors[0]} only`)
  }
  const { node, kernel, processor } = machine()
  process.stdout.write(`${bench.purpose}
Node ${node}, Linux ${kernel}, ${processor}, processors ${processors.join(' and ')}${smoke ? '; a smoke run, too short to mean much' : ''}

`)
  const findings = await bench.run({ processors, smoke, scratch: new Scratch(), progress: new Progress() })
  process.stdout.write(`${findings.text}\n`)
  if (json) {
    const result = { bench: name, smoke, ...machine(), processors, ...findings.json }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
}

try {
  await main()
  process.exit()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
