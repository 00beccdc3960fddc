import { type Command, Option } from 'commander'
import { exitCodeHelp } from './exit-codes.js'
import { countOption, intervalOption } from './option-values.js'
import { standardOutput } from './output.js'
import { topScreen, topSnapshots } from './top/top.js'

interface TopOptions {
  readonly interval: number
  readonly json?: boolean
  readonly count?: number
  readonly watch?: boolean
}

const defaultIntervalMs = 1000

export function addTopCommand(program: Command, signal: AbortSignal): void {
  program
    .command('top')
    .description('Show every ring of your processes, foreign ones too: who, how full, how fast, asleep or awake.')
    .addOption(
      new Option('--interval <ms>', 'time between two looks, over which rates are measured')
        .argParser(intervalOption)
        .default(defaultIntervalMs),
    )
    .option('--json', 'print a JSON object a line for each look, instead of a screen')
    .addOption(new Option('--count <n>', 'end after so many looks').argParser(countOption).conflicts('watch'))
    .option('--watch', 'go on until stopped also where stdout is no terminal, or with --json')
    .addHelpText('after', examples + exitCodeHelp)
    .action(({ interval: intervalMs, json = false, count, watch = false }: TopOptions) => {
      if (process.stdout.isTTY && !json) return topScreen({ intervalMs, count }, signal)
      const settings = { intervalMs, json, count: watch ? undefined : (count ?? 1) }
      return topSnapshots(settings, standardOutput(signal), signal)
    })
}

const examples = `
Examples:
  $ ringway top                              a screen; q ends it
  $ ringway top | cat                        one table, and done
  $ ringway top --json --interval 200        one snapshot for a script
  $ ringway top --json --watch               a line a second, until stopped
`
