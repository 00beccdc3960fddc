import type { RxGuard, TxGuard } from '../../src/index.js'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, StreamCheck } from '../harness/message.js'
import { Patience } from '../harness/patience.js'
import type { Side } from '../harness/side.js'
import type { BusEnds, Rx, Tx } from './bus-ends.js'
import { timeBatches, timeEach, warmUps } from './floor.js'

type Tasks = Side['tasks']

function claim(tx: Tx, patience: Patience): TxGuard {
  for (;;) {
    const guard = tx.trySendZeroCopy(messageBytes)
    if (guard !== undefined) return guard
    patience.lose()
  }
}

function take(rx: Rx, patience: Patience): RxGuard {
  for (;;) {
    const guard = rx.tryRecvZeroCopy()
    if (guard !== undefined) return guard
    patience.lose()
  }
}

/** Sends one and receives one, over and over. Made once, as the far side's is, so that the loop stays compiled. */
function nearRoundTrips({ tx, rx }: BusEnds): (count: number, from?: number) => void {
  const message = new StampedMessage()
  const patience = new Patience()
  let received = -1
  let receivedBytes = 0
  const handler = (view: DataView, offset: number, size: number): void => {
    received = view.getInt32(offset, true)
    receivedBytes = size
  }
  return (count, from = 0) => {
    for (let index = from; index < from + count; index++) {
      message.stamp(index)
      while (!tx.trySend(message.bytes)) patience.lose()
      // No more than one message is ever under way.
      while (rx.consume(handler) === 0) patience.lose()
      patience.restore()
      if (received !== index || receivedBytes !== messageBytes) throw new Error(`${received} instead of ${index}`)
    }
  }
}

/** Answers from the handler of `consume`, which has the message in hand. */
function farEchoes({ tx, rx }: BusEnds): (count: number) => void {
  const message = new StampedMessage()
  const patience = new Patience()
  let next = 0
  const echo = (view: DataView, offset: number, size: number): void => {
    const index = view.getInt32(offset, true)
    if (index !== next || size !== messageBytes) throw new Error(`${index} instead of ${next}`)
    message.stamp(index)
    while (!tx.trySend(message.bytes)) patience.lose()
    next++
  }
  return (count) => {
    next = 0
    while (next < count) {
      if (rx.consume(echo) === 0) patience.lose()
      else patience.restore()
    }
  }
}

/** The same with guards: written and read in place. */
function nearGuards({ tx, rx }: BusEnds): (count: number, from?: number) => void {
  const message = new StampedMessage()
  const patience = new Patience()
  return (count, from = 0) => {
    for (let index = from; index < from + count; index++) {
      message.stamp(index)
      const slot = claim(tx, patience)
      message.writeTo(slot.view)
      slot.commit()
      expectMessage(take(rx, patience), index)
      patience.restore()
    }
  }
}

function farGuards({ tx, rx }: BusEnds): (count: number) => void {
  const message = new StampedMessage()
  const patience = new Patience()
  return (count) => {
    for (let index = 0; index < count; index++) {
      expectMessage(take(rx, patience), index)
      patience.restore()
      message.stamp(index)
      const slot = claim(tx, patience)
      message.writeTo(slot.view)
      slot.commit()
    }
  }
}

/** Commits the guard, and then checks what was in it. */
function expectMessage(guard: RxGuard, index: number): void {
  const received = guard.view.getInt32(0, true)
  const { size } = guard
  guard.commit()
  if (received !== index || size !== messageBytes) throw new Error(`${received} instead of ${index}`)
}

/** The far side answers each run of the near one: the warm-up and every batch count from 0. */
function answerAll(answer: (count: number) => void, { count, batches = 1 }: TaskInput): void {
  answer(warmUps)
  for (let batch = 0; batch < batches; batch++) answer(count)
}

/** Every byte of every message, both ways, before anything is timed. */
function nearCheck({ tx, rx }: BusEnds, { count }: TaskInput): number {
  const message = new StampedMessage()
  const check = new StreamCheck(messageBytes, true)
  const patience = new Patience()
  const handler = (view: DataView, offset: number, size: number): void => check.takeInPlace(view, offset, size)
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    while (!tx.trySend(message.bytes)) patience.lose()
    while (check.next === index) if (rx.consume(handler) === 0) patience.lose()
    patience.restore()
  }
  return check.next
}

function farCheck({ tx, rx }: BusEnds, { count }: TaskInput): void {
  const check = new StreamCheck(messageBytes, true)
  const patience = new Patience()
  const received = Buffer.alloc(messageBytes)
  const handler = (view: DataView, offset: number, size: number): void => {
    check.takeInPlace(view, offset, size)
    received.set(new Uint8Array(view.buffer, view.byteOffset + offset, size))
  }
  while (check.next < count) {
    if (rx.consume(handler, 1) === 0) patience.lose()
    else while (!tx.trySend(received)) patience.lose()
  }
}

/**
 * Both threads spin: `spin` with `trySend` and `consume`, `guard` with `trySendZeroCopy` and `tryRecvZeroCopy`; `spinTimed`
 * and `guardTimed` time every single one.
 *
 * ```
 *  near                         far
 *  trySend ───── forward ─────▶ consume
 *  consume ◀──── back ───────── trySend
 * ```
 */
export function nearSpins(ends: BusEnds): Tasks {
  const roundTrips = nearRoundTrips(ends)
  const guards = nearGuards(ends)
  return {
    check: (input) => nearCheck(ends, input),
    spin: (input) => timeBatches(input, roundTrips),
    spinTimed: (input) => timeEach(input, roundTrips),
    guard: (input) => timeBatches(input, guards),
    guardTimed: (input) => timeEach(input, guards),
  }
}

export function farSpins(ends: BusEnds): Tasks {
  const echoes = farEchoes(ends)
  const guards = farGuards(ends)
  return {
    check: (input) => farCheck(ends, input),
    spin: (input) => answerAll(echoes, input),
    spinTimed: (input) => answerAll(echoes, input),
    guard: (input) => answerAll(guards, input),
    guardTimed: (input) => answerAll(guards, input),
  }
}
