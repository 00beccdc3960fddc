import { Bench as Tinybench } from 'tinybench'
import { ThreadBus } from '../src/threads.js'
import type { Bench } from './harness/bench.js'
import { duration } from './harness/format.js'
import { messageBytes, StampedMessage, StreamCheck, verify } from './harness/message.js'
import { table } from './harness/table.js'

const capacityBytes = 1 << 16
const groupSize = 32

interface Operation {
  readonly name: string
  /** Messages in one call. */
  readonly messages: number
  readonly call: () => void
}

/** Both ends of a bus in one thread: nothing is ever waited for, and no cache line moves. */
function operations(): { all: Operation[]; verifyAll: () => void } {
  const message = new StampedMessage()
  const ends = () => {
    const buffer = ThreadBus.allocate(capacityBytes)
    return { tx: new ThreadBus(buffer, 'producer'), rx: new ThreadBus(buffer, 'consumer') }
  }
  const plain = ends()
  const plainCheck = new StreamCheck(messageBytes)
  const plainHandler = (view: DataView, offset: number, size: number): void =>
    plainCheck.takeInPlace(view, offset, size)
  const copied = ends()
  let copiedIndex = 0
  const guarded = ends()
  let guardedIndex = 0
  const corked = ends()
  const corkedCheck = new StreamCheck(messageBytes)
  const corkedHandler = (view: DataView, offset: number, size: number): void =>
    corkedCheck.takeInPlace(view, offset, size)
  const all: Operation[] = [
    {
      name: 'trySend, consume',
      messages: 1,
      call() {
        message.stamp(plainCheck.next)
        plain.tx.trySend(message.bytes)
        plain.rx.consume(plainHandler)
      },
    },
    {
      name: 'corked trySend × 32, consume',
      messages: groupSize,
      call() {
        corked.tx.cork()
        for (let i = 0; i < groupSize; i++) {
          message.stamp(corkedCheck.next + i)
          corked.tx.trySend(message.bytes)
        }
        corked.tx.uncork()
        corked.rx.consume(corkedHandler)
      },
    },
    {
      name: 'trySend, tryRecv',
      messages: 1,
      call() {
        message.stamp(copiedIndex)
        copied.tx.trySend(message.bytes)
        verify(copied.rx.tryRecv()?.data, messageBytes, copiedIndex++)
      },
    },
    {
      name: 'trySendZeroCopy, tryRecvZeroCopy',
      messages: 1,
      call() {
        message.stamp(guardedIndex)
        const sending = guarded.tx.trySendZeroCopy(messageBytes)
        sending?.bytes.set(message.bytes)
        sending?.commit()
        const received = guarded.rx.tryRecvZeroCopy()
        verify(received?.bytes, messageBytes, guardedIndex++)
        received?.commit()
      },
    },
  ]
  return {
    all,
    verifyAll() {
      const [last] = [plainCheck.next, corkedCheck.next, copiedIndex, guardedIndex].filter((count) => count === 0)
      if (last !== undefined) throw new Error('an operation delivered nothing')
    },
  }
}

/**
 * What the code of a ring costs by itself. Regime: both ends in one thread, every message there before it is looked for.
 *
 * ```
 *  one thread:   send ─▶ ring ─▶ receive
 * ```
 *
 * Number, length and both ends of every message are checked. The figures compare versions of the code with each other;
 * between processes the movement of cache lines comes on top (`rtt`).
 */
export const micro: Bench = {
  purpose: 'The code of a ring by itself: both ends in one thread.',
  needsTwoProcessors: false,
  async run({ smoke, progress }) {
    const { all, verifyAll } = operations()
    const bench = new Tinybench({ time: smoke ? 50 : 1000, warmupTime: smoke ? 20 : 250 })
    for (const { name, call } of all) bench.add(name, call)
    progress.show('ring operations')
    await bench.run()
    progress.clear()
    verifyAll()
    const rows = all.map(({ name, messages }) => {
      const result = bench.getTask(name)?.result
      if (result === undefined || !('latency' in result)) throw new Error(`${name} has no result`)
      const { p50, p99 } = result.latency
      return { name, medianNs: (p50 * 1e6) / messages, p99Ns: (p99 * 1e6) / messages }
    })
    return {
      text: table(
        ['a message of 32 B', 'median', 'p99'],
        rows.map(({ name, medianNs, p99Ns }) => [name, duration(medianNs), duration(p99Ns)]),
      ),
      json: { operations: rows },
    }
  },
}
