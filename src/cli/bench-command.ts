import type { Command } from 'commander'
import { bench } from './bench/bench.js'
import { benchTable } from './bench/bench-table.js'
import { serveBench } from './bench/partner.js'
import { exitCodeHelp } from './exit-codes.js'
import { standardOutput } from './output.js'

/** How this program is told to be the second process of a run. */
const partnerName = 'bench-partner'

export function addBenchCommand(program: Command, signal: AbortSignal): void {
  program
    .command('bench')
    .description('Measure round trips and streams between two processes on this machine, for a few seconds.')
    .option('--json', 'print one JSON object instead of the tables')
    .addHelpText('after', examples + exitCodeHelp)
    .action(async ({ json }: { json?: true }) => {
      const report = await bench([partnerName], signal)
      await standardOutput(signal).write(Buffer.from(json ? `${JSON.stringify(report)}\n` : benchTable(report)))
    })
  program
    .command(partnerName, { hidden: true })
    .argument('<folder>')
    .action((folder: string) => serveBench(folder, signal))
}

const examples = `
Examples:
  $ ringway bench
  $ taskset -c 0 ringway bench         both processes on one core
  $ ringway bench --json | tail -n 1
`
