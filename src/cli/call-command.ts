import { type Command, Option } from 'commander'
import { call } from './call.js'
import { exitCodeHelp } from './exit-codes.js'
import { callTargetArgument, millisecondsOption } from './option-values.js'
import { standardOutput } from './output.js'

interface CallOptions {
  readonly raw?: true
  readonly stream?: true
  readonly timeout?: number
  readonly wait: number
}

export function addCallCommand(program: Command, signal: AbortSignal): void {
  program
    .command('call')
    .description('Call a handler of whoever serves, and print the answer: a line of JSON.')
    .argument('<path>', 'Unix socket of the server')
    .argument('<target>', 'message type, such as 7 or 0x10; or the name of a method', callTargetArgument)
    .argument('[json]', 'the request; - is stdin; without it the request is empty')
    .option('--raw', 'send the bytes of the request as they are, and print those of the answer')
    .option('--stream', 'expect a stream, and print its items as they come')
    .option('--timeout <ms>', 'fail when the answer, or the next item, takes longer', millisecondsOption)
    .addOption(
      new Option('--wait <ms>', 'how long to wait for somebody to listen').argParser(millisecondsOption).default(0),
    )
    .addHelpText('after', examples + exitCodeHelp)
    .action((path: string, target: number | string, request: string | undefined, options: CallOptions) => {
      const { raw = false, stream = false, timeout: timeoutMs, wait: waitMs } = options
      return call(path, target, request, { raw, stream, timeoutMs, waitMs }, standardOutput(signal), signal)
    })
}

const examples = `
Examples:
  $ ringway call /tmp/demo.sock add '{"a":1,"b":2}'       a method, by name
  $ ringway call /tmp/demo.sock 7 - --raw < order.bin > quote.bin
  $ ringway call /tmp/demo.sock prices '["ABC"]' --stream --wait 5000
`
