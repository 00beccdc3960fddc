import type { Command } from 'commander'
import { doctor } from './doctor.js'
import { standardOutput } from './output.js'

export function addDoctorCommand(program: Command, signal: AbortSignal): void {
  program
    .command('doctor')
    .description('Look for what of this machine will hurt, and say what to do about it.')
    .option('--json', 'print a JSON object a line: check, status, found, why, remedy')
    .addHelpText('after', examples + exitCodes)
    .action(({ json = false }: { json?: boolean }) => doctor(json, standardOutput(signal)))
}

const examples = `
Examples:
  $ ringway doctor
  $ ringway doctor --json | grep -v '"status":"ok"'
`

const exitCodes = `
Exit codes:
  0    nothing that breaks ringway; there may be warnings
  1    something will not work
  2    the command line is wrong
  130  stopped by Ctrl-C (143: by SIGTERM, 129: by SIGHUP)`
