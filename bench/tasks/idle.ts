import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import { processorTimeNs } from '../harness/processor-time.js'
import type { Side } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'

type Tasks = Side['tasks']

/** CPU time that this process used while something waited for `ms`. */
export interface IdleCost {
  readonly cpuUs: number
  readonly elapsedMs: number
}

async function cpuWhileIdle(ms: number): Promise<IdleCost> {
  const began = performance.now()
  const beforeNs = processorTimeNs()
  await sleep(ms)
  return { cpuUs: (processorTimeNs() - beforeNs) / 1000, elapsedMs: performance.now() - began }
}

/** Traffic first, so that what is measured is how a bus comes to rest. */
const warmUps = 1000

/** For the last window of looking to end, and for V8 to clean up behind the traffic, which takes it up to half a minute. */
function settling({ ms = 0, settleMs = 2 * ms }: TaskInput): number {
  return settleMs
}

/** What waiting costs, once it has settled: of so many spans of `ms` the median one, which no last collection has met. */
export async function settledCost(input: TaskInput): Promise<IdleCost> {
  const { ms = 0, batches = 1 } = input
  await sleep(settling(input))
  const spans: IdleCost[] = []
  for (let span = 0; span < batches; span++) spans.push(await cpuWhileIdle(ms))
  spans.sort((a, b) => a.cpuUs - b.cpuUs)
  return spans[spans.length >> 1] as IdleCost
}

/** Messages one by one, in whatever way a channel has of waiting for them. */
export interface Mailbox {
  /** @returns a promise where sending takes time */
  send(message: Uint8Array): unknown
  receive(): Promise<Uint8Array | undefined>
  /** All that come, the way a program would that does nothing else. */
  messages(): AsyncIterable<Uint8Array>
}

export function mailboxOfBus({ tx, rx }: BusEnds): Mailbox {
  return {
    send: (message) => tx.send(message),
    receive: async () => (await rx.recv())?.data,
    async *messages() {
      for await (const { data } of rx) yield data
    },
  }
}

async function nearIdle({ send, receive }: Mailbox, input: TaskInput): Promise<IdleCost> {
  const message = new StampedMessage()
  for (let index = 0; index < warmUps; index++) {
    message.stamp(index)
    await send(message.bytes)
    verify(await receive(), messageBytes, index)
  }
  const reply = receive()
  const cost = await settledCost(input)
  message.stamp(warmUps)
  await send(message.bytes)
  verify(await reply, messageBytes, warmUps, true)
  return cost
}

async function farIdle({ send, messages }: Mailbox, input: TaskInput): Promise<IdleCost> {
  let received = 0
  let cost: Promise<IdleCost> | undefined
  for await (const message of messages()) {
    await send(message)
    received++
    if (received === warmUps) cost = settledCost(input)
    if (received > warmUps) break
  }
  if (cost === undefined) throw new Error(`the stream ended after ${received} messages`)
  return await cost
}

/**
 * `idle`: traffic, then nothing for `ms`, while near waits for one message and far for all there are (of a bus: `await
 * recv()` and `for await`); then one more message, which must arrive.
 */
export function nearIdleness(mailbox: Mailbox): Tasks {
  return { idle: (input) => nearIdle(mailbox, input) }
}

export function farIdleness(mailbox: Mailbox): Tasks {
  return { idle: (input) => farIdle(mailbox, input) }
}
