import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import { messageBytes, StampedMessage, StreamCheck } from '../harness/message.js'
import { Patience } from '../harness/patience.js'
import type { Side } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'

type Tasks = Side['tasks']

/** @returns when the first message was sent */
function pump({ tx }: BusEnds, { count, sizeBytes = messageBytes, corked = false }: TaskInput): number {
  const message = new StampedMessage(sizeBytes)
  const patience = new Patience()
  const beganNs = sharedClockNs()
  if (corked) tx.cork()
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    while (!tx.trySend(message.bytes)) patience.lose()
    patience.restore()
  }
  if (corked) tx.uncork()
  return beganNs
}

/** @returns when the last message was received */
function drain({ rx }: BusEnds, { count, sizeBytes = messageBytes, copyOut, whole = false }: TaskInput): number {
  const check = new StreamCheck(sizeBytes, whole)
  const patience = new Patience()
  const own = new Uint8Array(sizeBytes)
  const inPlace = (view: DataView, offset: number, size: number): void => check.takeInPlace(view, offset, size)
  const copied = (view: DataView, offset: number, size: number): void => {
    own.set(new Uint8Array(view.buffer, view.byteOffset + offset, size))
    check.take(own)
  }
  const handler = copyOut ? copied : inPlace
  while (check.next < count) {
    if (rx.consume(handler) === 0) patience.lose()
    else patience.restore()
  }
  return sharedClockNs()
}

async function sendAll({ tx }: BusEnds, { count }: TaskInput): Promise<number> {
  const message = new StampedMessage()
  const beganNs = sharedClockNs()
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    await tx.send(message.bytes)
  }
  return beganNs
}

async function receiveAll({ rx }: BusEnds, { count }: TaskInput): Promise<number> {
  const check = new StreamCheck(messageBytes)
  while (check.next < count) check.take((await rx.recv())?.data)
  return sharedClockNs()
}

/**
 * `stream`: `trySend` in a loop, `consume` in a loop. `streamAsync`: `await send`, `await recv`. The near side answers with
 * the moment before its first message, the far side with the moment after its last.
 *
 * ```
 *  near                      far
 *  send ────── forward ────▶ receive, check
 * ```
 */
export function nearStreams(ends: BusEnds): Tasks {
  return { stream: (input) => pump(ends, input), streamAsync: (input) => sendAll(ends, input) }
}

export function farStreams(ends: BusEnds): Tasks {
  return { stream: (input) => drain(ends, input), streamAsync: (input) => receiveAll(ends, input) }
}
