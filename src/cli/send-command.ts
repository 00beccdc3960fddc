import { type Command, Option } from 'commander'
import { exitCodeHelp } from './exit-codes.js'
import { openInputFile } from './open-input-file.js'
import { millisecondsOption, sizeOption, typeIdOption } from './option-values.js'
import { send } from './send.js'
import { fileSource, lineSource, type Source, streamSource, textSource } from './sources.js'

interface SendOptions {
  readonly file?: string
  readonly chunk?: number
  readonly type: number
  readonly wait: number
}

export function addSendCommand(program: Command, signal: AbortSignal): void {
  const command = program
    .command('send')
    .description('Send one text, or each line of stdin, or a file, to whoever listens.')
    .argument('<path>', 'Unix socket of the listener')
    .argument('[text]', 'the one message; without it (and without --file), a message for each line of stdin')
    .option('--file <name>', 'send the bytes of a file; - is stdin')
    .option(
      '--chunk <bytes>',
      'message size for --file, at most half of the ring (default: what suits the ring)',
      sizeOption,
    )
    .addOption(
      new Option('--type <id>', 'type id of the messages, such as 7 or 0x10007').argParser(typeIdOption).default(0),
    )
    .addOption(
      new Option('--wait <ms>', 'how long to wait for somebody to listen').argParser(millisecondsOption).default(0),
    )
    .addHelpText('after', examples + exitCodeHelp)
    .action(async (path: string, text: string | undefined, options: SendOptions) => {
      const { file, chunk, type: typeId, wait: waitMs } = options
      const wrong = misuse(text, options)
      if (wrong !== undefined) command.error(`error: ${wrong}`)
      const settings = { typeId, waitMs }
      if (file === undefined || file === '-') return send(path, streamed(text, options), settings, signal)
      // Opened first: a listener that was given a sender without a file would have lost its place for nothing.
      const opened = await openInputFile(file)
      try {
        await send(path, fileSource(opened, chunk), settings, signal)
      } finally {
        await opened.close()
      }
    })
}

function misuse(text: string | undefined, { file, chunk }: SendOptions): string | undefined {
  if (text !== undefined && file !== undefined)
    return 'there is a text to send and --file as well; one of them is too many'
  if (chunk !== undefined && file === undefined) return '--chunk is for --file alone'
  return undefined
}

function streamed(text: string | undefined, { file, chunk }: SendOptions): Source {
  if (text !== undefined) return textSource(text)
  return file === undefined ? lineSource(process.stdin) : streamSource(process.stdin, chunk)
}

const examples = `
Examples:
  $ ringway send /tmp/demo.sock 'hello' --type 7             one message
  $ tail -f app.log | ringway send /tmp/demo.sock            a message a line
  $ ringway send /tmp/demo.sock --file disk.img --wait 5000  a file, to a listener that is yet to start
  $ tar c folder | ringway send /tmp/demo.sock --file -      any stream of bytes
`
