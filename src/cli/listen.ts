import { Bus, type BusConsumer, type RingwayError } from '../index.js'
import { loopTurn } from './loop-turn.js'
import type { MessageFormat } from './message-format.js'
import type { Output } from './output.js'
import { PageWriter } from './page-writer.js'

export interface ListenSettings {
  readonly capacityBytes: number
  readonly format: MessageFormat
  /** Messages to print before leaving; all of them unless given. */
  readonly count: number | undefined
  /** Longest wait for the sender, and then for each message. */
  readonly timeoutMs: number | undefined
  readonly onPeerError: (error: RingwayError) => void
}

const messagesPerTurn = 256

/** Prints what one sender sends, until it closes. */
export async function listen(
  path: string,
  settings: ListenSettings,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { capacityBytes, timeoutMs, onPeerError } = settings
  const limit = timeoutMs === undefined ? {} : { timeoutMs }
  const bus = await Bus.listen(path, capacityBytes, { ...limit, signal, onPeerError })
  const writer = new PageWriter(output)
  try {
    await printMessages(bus, writer, settings, signal)
  } finally {
    // What was received is printed even if the sender died, and before it is told that we leave.
    await writer.flush().finally(() => bus.close())
  }
}

async function printMessages(
  bus: BusConsumer,
  writer: PageWriter,
  { format, count = Number.POSITIVE_INFINITY, timeoutMs }: ListenSettings,
  signal: AbortSignal,
): Promise<void> {
  const limits = { signal, timeoutMs }
  for (let printed = 0; printed < count; printed++) {
    if (bus.bytesUsed === 0) await writer.flush()
    if (printed % messagesPerTurn === messagesPerTurn - 1) await loopTurn()
    const message = await bus.recvZeroCopy(limits)
    if (message === undefined) return
    for (const piece of format(message)) await writer.append(piece)
    message.commit()
  }
}
