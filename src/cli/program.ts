import { Command } from 'commander'
import { addBenchCommand } from './bench-command.js'
import { addCallCommand } from './call-command.js'
import { addCleanCommand } from './clean-command.js'
import { addDoctorCommand } from './doctor-command.js'
import { exitCodeHelp } from './exit-codes.js'
import { addListenCommand } from './listen-command.js'
import { addSendCommand } from './send-command.js'
import { addServeCommand } from './serve-command.js'
import { addTopCommand } from './top-command.js'
import { packageVersion } from './version.js'

/**
 * The whole command line. Throws where commander by itself would end the process.
 * @param signal asks whatever runs to stop and put everything away
 */
export function createProgram(signal: AbortSignal): Command {
  // Commands inherit what is set here, so it comes before they are added.
  const program = new Command('ringway')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ringway: ')) })
    .showHelpAfterError('(--help shows how it is used)')
    .description('Messages between processes through shared memory.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', examples + exitCodeHelp)
  addListenCommand(program, signal)
  addSendCommand(program, signal)
  addCallCommand(program, signal)
  addServeCommand(program, signal)
  addTopCommand(program, signal)
  addDoctorCommand(program, signal)
  addCleanCommand(program, signal)
  addBenchCommand(program, signal)
  return program
}

const examples = `
Examples:
  $ ringway listen /tmp/demo.sock &
  $ ringway send /tmp/demo.sock 'hello'
  $ ringway call /tmp/rpc.sock add '{"a":1,"b":2}'
  $ ringway top
`
