import { type Command, Option } from 'commander'
import { formatByteSize } from './byte-size.js'
import { exitCodeHelp } from './exit-codes.js'
import { describeError } from './failure-line.js'
import { handlersOption, sizeOption } from './option-values.js'
import { serve } from './serve.js'

interface ServeOptions {
  readonly capacity: number
  readonly concurrency?: number
}

const defaultCapacityBytes = 2 ** 20

export function addServeCommand(program: Command, signal: AbortSignal): void {
  program
    .command('serve')
    .description('Answer the calls of any number of clients with what a module exports, until stopped.')
    .argument('<path>', 'Unix socket at which clients find us; made, and removed at the end')
    .argument('<module>', 'JavaScript module: its functions answer by name, its classes as @rpc and @method say')
    .addOption(
      new Option('--capacity <bytes>', "size of each client's rings, powers of two from 256 to 2GiB")
        .argParser(sizeOption)
        .default(defaultCapacityBytes, formatByteSize(defaultCapacityBytes)),
    )
    .option('--concurrency <n>', 'handlers that run at a time, for each client', handlersOption)
    .addHelpText('after', examples + exitCodeHelp)
    .action((path: string, module: string, { capacity: capacityBytes, concurrency }: ServeOptions) => {
      const onPeerError = (error: Error) => void process.stderr.write(`ringway: turned away: ${describeError(error)}\n`)
      return serve(path, module, { capacityBytes, concurrency, onPeerError }, signal)
    })
}

const examples = `
Examples:
  $ ringway serve /tmp/demo.sock ./calculator.mjs &
  $ ringway call /tmp/demo.sock add '{"a":1,"b":2}'
`
