import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'

type Tasks = Side['tasks']

/** Round trips one after the other, in nanoseconds each. */
async function times(ends: BusEnds, { count, ms = 0, whole }: TaskInput): Promise<Float64Array> {
  const { tx, rx } = ends
  const message = new StampedMessage()
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    if (ms > 0) await sleep(ms)
    message.stamp(index)
    const began = performance.now()
    await tx.send(message.bytes)
    const reply = await rx.recv()
    samplesNs[index] = (performance.now() - began) * 1e6
    verify(reply?.data, messageBytes, index, whole)
  }
  return samplesNs
}

async function echo({ tx, rx }: BusEnds, { count }: TaskInput): Promise<void> {
  for (let index = 0; index < count; index++) {
    const message = await rx.recv()
    if (message === undefined) throw new Error(`the stream ended before message ${index}`)
    await tx.send(message.data, message.typeId)
  }
}

function timesSync({ tx, rx }: BusEnds, { count, whole }: TaskInput): Float64Array {
  const message = new StampedMessage()
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    const began = performance.now()
    tx.sendSync(message.bytes)
    const reply = rx.recvSync()
    samplesNs[index] = (performance.now() - began) * 1e6
    verify(reply?.data, messageBytes, index, whole)
  }
  return samplesNs
}

function echoSync({ tx, rx }: BusEnds, { count }: TaskInput): void {
  for (let index = 0; index < count; index++) {
    const message = rx.recvSync()
    if (message === undefined) throw new Error(`the stream ended before message ${index}`)
    tx.sendSync(message.data, message.typeId)
  }
}

/**
 * `roundTrip`: the promise forms; with `ms`, that long after the one before. `roundTripSync`: the blocking forms.
 *
 * ```
 *  near                      far
 *  send ────── forward ────▶ recv
 *  recv ◀───── back ──────── send
 * ```
 */
export function nearRoundTrips(ends: BusEnds): Tasks {
  return { roundTrip: (input) => times(ends, input), roundTripSync: (input) => timesSync(ends, input) }
}

export function farRoundTrips(ends: BusEnds): Tasks {
  return { roundTrip: (input) => echo(ends, input), roundTripSync: (input) => echoSync(ends, input) }
}
