import { tmpdir } from 'node:os'
import { type Command, Option } from 'commander'
import { clean } from './clean.js'
import { exitCodeHelp } from './exit-codes.js'
import { standardOutput } from './output.js'

interface CleanOptions {
  readonly remove?: boolean
  readonly json?: boolean
}

const usualPlaces = [tmpdir(), '/dev/shm']

export function addCleanCommand(program: Command, signal: AbortSignal): void {
  program
    .command('clean')
    .description('List what dead processes of yours left behind: sockets, and the names of shm-rpc-bridge.')
    .argument(
      '[places...]',
      `sockets; folders, where names that begin with ringway are looked at; /dev/shm for bridges (default: ${usualPlaces.join(', ')})`,
    )
    .addOption(new Option('--remove', 'remove them').conflicts('dryRun'))
    .option('--dry-run', 'remove nothing, which is what happens without --remove')
    .option('--json', 'print a JSON object a line: kind, name, files, removed')
    .addHelpText('after', examples + exitCodeHelp)
    .action((places: readonly string[], { remove = false, json = false }: CleanOptions) =>
      clean(places.length === 0 ? usualPlaces : places, { remove, json }, standardOutput(signal), signal),
    )
}

const examples = `
Examples:
  $ ringway clean                        what is there
  $ ringway clean --remove               and away with it
  $ ringway clean /run/app --json
`
