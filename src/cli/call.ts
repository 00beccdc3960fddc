import type { Readable } from 'node:stream'
import { ErrorCode, RingwayError } from '../errors.js'
import { bytes, type Codec, json, RpcClient } from '../rpc.js'
import type { Output } from './output.js'

export interface CallSettings {
  /** The request's bytes as they are, and the answer's, instead of JSON. */
  readonly raw: boolean
  readonly stream: boolean
  readonly timeoutMs: number | undefined
  /** How long somebody may take to begin to listen. */
  readonly waitMs: number
}

/** The largest ring there is: its memory is the server's, who chose it. */
const maxCapacityBytes = 2 ** 31
const stdinName = '-'

/** @param request JSON, or `-` for what stdin brings */
export async function call(
  path: string,
  target: number | string,
  request: string | undefined,
  settings: CallSettings,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { raw, stream, timeoutMs, waitMs } = settings
  const text = request === stdinName ? await readAll(process.stdin, signal) : Buffer.from(request ?? '')
  if (!raw) checkJson(text)
  using client = await RpcClient.connect(path, { waitForListenerMs: waitMs, maxCapacityBytes, signal })
  const codecs = { request: bytes as Codec<Uint8Array>, response: (raw ? bytes : json()) as Codec<unknown> }
  const options = { signal, timeoutMs, ...codecs }
  const print = async (answer: unknown) => {
    if (answer === undefined) return
    await output.write(raw ? (answer as Uint8Array) : Buffer.from(`${JSON.stringify(answer)}\n`))
  }
  if (stream) for await (const item of client.stream(target as string, text, options)) await print(item)
  else await print(await client.invoke(target, text, options))
}

function checkJson(text: Buffer): void {
  if (text.byteLength === 0) return
  try {
    JSON.parse(text.toString())
  } catch (cause) {
    const why = (cause as Error).message
    throw new RingwayError(ErrorCode.invalidArgument, `The request is no JSON (--raw sends any bytes): ${why}`, {
      cause,
    })
  }
}

async function readAll(input: Readable, signal: AbortSignal): Promise<Buffer> {
  const abort = () => input.destroy(signal.reason as Error)
  signal.throwIfAborted()
  signal.addEventListener('abort', abort)
  try {
    return Buffer.concat(await input.toArray({ signal }))
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
