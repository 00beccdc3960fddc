import type { RxGuard, TxGuard } from '../../src/index.js'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, StreamCheck } from '../harness/message.js'
import { Patience } from '../harness/patience.js'
import type { Side } from '../harness/side.js'
import type { BusEnds, Rx, Tx } from './bus-ends.js'
import { timeBatches, warmUps } from './floor.js'

type Tasks = Side['tasks']

/** One way of exchanging a message, spinning: send it, receive one. Made once, so that its loops stay compiled. */
interface Exchange {
  send(message: StampedMessage): void
  /** @throws unless what comes is message `index`, by its length and its first word */
  receive(index: number): void
}

function plainExchange({ tx, rx }: BusEnds): Exchange {
  const patience = new Patience()
  let received = -1
  let receivedBytes = 0
  const handler = (view: DataView, offset: number, size: number): void => {
    received = view.getInt32(offset, true)
    receivedBytes = size
  }
  return {
    send(message) {
      while (!tx.trySend(message.bytes)) patience.lose()
    },
    receive(index) {
      // No more than one message is ever under way.
      while (rx.consume(handler) === 0) patience.lose()
      patience.restore()
      if (received !== index || receivedBytes !== messageBytes) throw new Error(`${received} instead of ${index}`)
    },
  }
}

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

function guardExchange({ tx, rx }: BusEnds): Exchange {
  const patience = new Patience()
  return {
    send(message) {
      const guard = claim(tx, patience)
      message.writeTo(guard.view)
      guard.commit()
    },
    receive(index) {
      const guard = take(rx, patience)
      patience.restore()
      const received = guard.view.getInt32(0, true)
      const { size } = guard
      guard.commit()
      if (received !== index || size !== messageBytes) throw new Error(`${received} instead of ${index}`)
    },
  }
}

function nearExchanges(exchange: Exchange): (count: number) => void {
  const message = new StampedMessage()
  return (count) => {
    for (let index = 0; index < count; index++) {
      message.stamp(index)
      exchange.send(message)
      exchange.receive(index)
    }
  }
}

/** The far side answers each run of `nearExchanges`: the warm-up and every batch count from 0. */
function farExchanges(exchange: Exchange, { count, batches = 1 }: TaskInput): void {
  const message = new StampedMessage()
  const answer = (times: number): void => {
    for (let index = 0; index < times; index++) {
      exchange.receive(index)
      message.stamp(index)
      exchange.send(message)
    }
  }
  answer(warmUps)
  for (let batch = 0; batch < batches; batch++) answer(count)
}

/** The same by `consume`, whose handler has the message in hand and answers there and then. */
function farEchoes({ tx, rx }: BusEnds, { count, batches = 1 }: TaskInput): void {
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
  const answer = (times: number): void => {
    next = 0
    while (next < times) {
      if (rx.consume(echo) === 0) patience.lose()
      else patience.restore()
    }
  }
  answer(warmUps)
  for (let batch = 0; batch < batches; batch++) answer(count)
}

/** Each round trip by itself, in nanoseconds, clock included. */
function timed(exchange: Exchange, { count }: TaskInput): Float64Array {
  const message = new StampedMessage()
  nearExchanges(exchange)(warmUps)
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    const began = performance.now()
    exchange.send(message)
    exchange.receive(index)
    samplesNs[index] = (performance.now() - began) * 1e6
  }
  return samplesNs
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
 * times every single one.
 *
 * ```
 *  near                         far
 *  trySend ───── forward ─────▶ consume
 *  consume ◀──── back ───────── trySend
 * ```
 */
export function nearSpins(ends: BusEnds): Tasks {
  const plain = plainExchange(ends)
  const guard = guardExchange(ends)
  return {
    check: (input) => nearCheck(ends, input),
    spin: (input) => timeBatches(input, nearExchanges(plain)),
    spinTimed: (input) => timed(plain, input),
    guard: (input) => timeBatches(input, nearExchanges(guard)),
  }
}

export function farSpins(ends: BusEnds): Tasks {
  const guard = guardExchange(ends)
  return {
    check: (input) => farCheck(ends, input),
    spin: (input) => farEchoes(ends, input),
    spinTimed: (input) => farEchoes(ends, input),
    guard: (input) => farExchanges(guard, input),
  }
}
