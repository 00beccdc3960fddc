import { type Command, Option } from 'commander'
import { formatByteSize } from './byte-size.js'
import { exitCodeHelp } from './exit-codes.js'
import { describeError } from './failure-line.js'
import { listen } from './listen.js'
import { jsonFormat, lineFormat, type MessageFormat, rawFormat } from './message-format.js'
import { countOption, millisecondsOption, sizeOption } from './option-values.js'
import { standardOutput } from './output.js'

interface ListenOptions {
  readonly raw?: true
  readonly json?: true
  readonly count?: number
  readonly capacity: number
  readonly timeout?: number
}

const defaultCapacityBytes = 2 ** 20

export function addListenCommand(program: Command, signal: AbortSignal): void {
  program
    .command('listen')
    .description('Wait for a sender, and print its messages until it closes: a line each, byte for byte.')
    .argument('<path>', 'Unix socket at which the sender finds us; made, and removed when the sender has come')
    .addOption(new Option('--raw', 'print the bytes of the messages and nothing between them').conflicts('json'))
    .option('--json', 'print a JSON object a line: typeId, size, and text, or base64 where it is not UTF-8')
    .option('--count <n>', 'leave after so many messages', countOption)
    .addOption(
      new Option(
        '--capacity <bytes>',
        'size of the ring, a power of two from 256 to 2GiB; messages take up to half of it',
      )
        .argParser(sizeOption)
        .default(defaultCapacityBytes, formatByteSize(defaultCapacityBytes)),
    )
    .option('--timeout <ms>', 'fail when no sender, or no next message, has come for so long', millisecondsOption)
    .addHelpText('after', examples + exitCodeHelp)
    .action((path: string, options: ListenOptions) => {
      const { capacity: capacityBytes, count, timeout: timeoutMs } = options
      const onPeerError = (error: Error) => void process.stderr.write(`ringway: turned away: ${describeError(error)}\n`)
      const settings = { capacityBytes, format: formatOf(options), count, timeoutMs, onPeerError }
      return listen(path, settings, standardOutput(signal), signal)
    })
}

function formatOf({ raw, json }: ListenOptions): MessageFormat {
  if (raw) return rawFormat
  return json ? jsonFormat : lineFormat
}

const examples = `
Examples:
  $ ringway listen /tmp/demo.sock                      print messages, a line each
  $ ringway listen /tmp/demo.sock --json --count 10    ten messages with their type ids
  $ ringway listen /tmp/demo.sock --raw > copy.bin     receive a file
`
