/** `npm run report`: measures everything in turns, and writes one page, the same as JSON, and a picture of each chart. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { twoProcessors } from './harness/cores.js'
import { Progress } from './harness/progress.js'
import { Scratch } from './harness/scratch.js'
import { charts } from './report/charts/index.js'
import { machineFacts } from './report/machine-facts.js'
import { measure, roundsOf } from './report/measure.js'
import { Meter, roughly } from './report/meter.js'
import { commandOf, type Options, readOptions, usualFolder } from './report/options.js'
import { renderReport } from './report/page/render.js'
import type { Chart, Report } from './report/report.js'

const usageStatus = 2

function usage(complaint: string): never {
  process.stderr.write(`${complaint}

usage: npm run report [-- --smoke] [--rounds N] [--only CHART,CHART] [--from FILE] [--out FOLDER]

  --smoke        a few short rounds, to see that it runs
  --rounds N     instead of ${roundsOf(false).rounds}
  --only CHARTS  measures and shows these only, out of
                 ${charts.map(({ id }) => id).join(', ')}
  --from FILE    measures nothing, and draws the report of such a report.json again
  --out FOLDER   writes report.html, report.json and the pictures there, instead of ${usualFolder}
`)
  process.exit(usageStatus)
}

function optionsOrUsage(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    return usage((error as Error).message)
  }
}

async function measured(options: Options): Promise<Report> {
  const { smoke, rounds, plans } = options
  const processors = twoProcessors()
  if (processors[0] === processors[1]) {
    throw new Error(`the report needs two processors, and may use number ${processors[0]} only`)
  }
  const began = new Date()
  const machine = machineFacts(processors)
  const conditions = { processors, smoke, scratch: new Scratch(), progress: new Progress() }
  const plan = roundsOf(smoke, rounds)
  const results = await measure(conditions, plans, plan, new Meter())
  const order = `${plan.rounds}; each runs every contender of every chart once, in another order each time`
  return {
    schema: 1,
    date: began.toISOString(),
    tookSeconds: Math.round((Date.now() - began.getTime()) / 1000),
    smoke,
    machine: [...machine, { name: 'Rounds', value: order }],
    command: commandOf(options),
    charts: plans.map((chart): Chart => {
      const { id, title, explanation } = chart
      return { id, title, explanation, command: commandOf(options, chart), ...chart.draw(results) }
    }),
  }
}

/** @returns the page, and how many files are beside it */
function write(report: Report, folder: string): { page: string; others: number } {
  mkdirSync(folder, { recursive: true })
  // First what took minutes.
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 1)}\n`)
  const { html, svgs } = renderReport(report)
  for (const [name, svg] of svgs) writeFileSync(join(folder, name), svg)
  const page = join(folder, 'report.html')
  writeFileSync(page, html)
  return { page, others: svgs.size + 1 }
}

function say({ charts, tookSeconds }: Report): void {
  for (const { title, findings } of charts) {
    process.stdout.write(`${title}\n${findings.map((finding) => `  ${finding}\n`).join('')}\n`)
  }
  process.stdout.write(`Measured in ${roughly(tookSeconds * 1000)}. `)
}

async function main(): Promise<void> {
  const options = optionsOrUsage()
  const { from, out } = options
  const report = from === undefined ? await measured(options) : (JSON.parse(readFileSync(from, 'utf8')) as Report)
  say(report)
  const { page, others } = write(report, out)
  process.stdout.write(`${page}, and ${others} files beside it.\n`)
}

try {
  await main()
  process.exit()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
