import type { BusConsumer, BusProducer } from '../../index.js'
import { loopTurn } from '../loop-turn.js'
import { orderPayload, orders } from './orders.js'

/** Both rings, seen from the process that measures. */
export interface Rings {
  readonly there: BusProducer
  readonly back: BusConsumer
}

export interface RoundTrips {
  readonly medianNs: number
  readonly p99Ns: number
}

export interface Stream {
  readonly messageBytes: number
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
}

export const roundTripBytes = 32
const tripsPerTurn = 1000
/** The first trips run unoptimised code. */
const warmUpTrips = 5000
const bytesPerTurn = 2 ** 25

/** Round trips whose waits block the thread; the event loop gets its turn between stretches of a few milliseconds. */
export async function measureBlockingTrips(rings: Rings, trips: number, signal: AbortSignal): Promise<RoundTrips> {
  const { there, back } = rings
  const message = new Uint8Array(roundTripBytes)
  const timesMs = new Float64Array(trips)
  await there.send(orderPayload(warmUpTrips + trips), orders.echoSync, { signal })
  for (let trip = -warmUpTrips; trip < trips; trip++) {
    const startedMs = performance.now()
    there.sendSync(message)
    back.recvSync()
    if (trip >= 0) timesMs[trip] = performance.now() - startedMs
    if (trip % tripsPerTurn === 0) await turn(signal)
  }
  return summary(timesMs)
}

/** Round trips with promises, while traffic is hot. */
export async function measureAwaitedTrips(rings: Rings, trips: number, signal: AbortSignal): Promise<RoundTrips> {
  const { there, back } = rings
  const message = new Uint8Array(roundTripBytes)
  const timesMs = new Float64Array(trips)
  await there.send(orderPayload(warmUpTrips + trips), orders.echo, { signal })
  for (let trip = -warmUpTrips; trip < trips; trip++) {
    const startedMs = performance.now()
    await there.send(message)
    await back.recv()
    if (trip >= 0) timesMs[trip] = performance.now() - startedMs
    if (trip % tripsPerTurn === 0) await turn(signal)
  }
  return summary(timesMs)
}

/** Messages one way, corked, from the first byte sent until the other side says that it has them all. */
export async function measureStream(
  rings: Rings,
  messageBytes: number,
  messages: number,
  signal: AbortSignal,
): Promise<Stream> {
  const { there, back } = rings
  const message = new Uint8Array(messageBytes)
  const messagesPerTurn = Math.ceil(bytesPerTurn / messageBytes)
  await there.send(orderPayload(messages), orders.take, { signal })
  const startedMs = performance.now()
  there.cork()
  for (let sent = 0; sent < messages; sent++) {
    if (!there.trySend(message)) there.sendSync(message)
    if (sent % messagesPerTurn === 0) await turn(signal)
  }
  there.uncork()
  const answer = await back.recv({ signal })
  const seconds = (performance.now() - startedMs) / 1000
  const takenBytes = answer === undefined ? 0 : new Float64Array(answer.data.buffer)[0]
  if (takenBytes !== messages * messageBytes) {
    throw new Error(`${messages * messageBytes} bytes were sent, and ${takenBytes} arrived`)
  }
  return { messageBytes, messagesPerSecond: messages / seconds, bytesPerSecond: takenBytes / seconds }
}

async function turn(signal: AbortSignal): Promise<void> {
  await loopTurn()
  signal.throwIfAborted()
}

function summary(timesMs: Float64Array): RoundTrips {
  const sorted = timesMs.toSorted()
  const quantileNs = (part: number) => Math.round((sorted[Math.floor(part * sorted.length)] as number) * 1e6)
  return { medianNs: quantileNs(0.5), p99Ns: quantileNs(0.99) }
}
