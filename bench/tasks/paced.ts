import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, StreamCheck } from '../harness/message.js'
import { processorTimeNs } from '../harness/processor-time.js'
import type { Side } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'
import type { IdleCost } from './idle.js'

type Tasks = Side['tasks']

/** Sends at fixed moments, however long it took before: who is late does not thin out the traffic. */
function sendPaced({ tx }: BusEnds, { count, ms = 0 }: TaskInput): void {
  const message = new StampedMessage()
  let due = performance.now()
  for (let index = 0; index < count; index++) {
    due += ms
    while (performance.now() < due);
    message.stamp(index)
    tx.sendSync(message.bytes)
  }
}

/** Until the window of looking has found its length. */
const settlingPart = 0.1

async function receivePaced({ rx }: BusEnds, { count }: TaskInput): Promise<IdleCost> {
  const check = new StreamCheck(messageBytes)
  let beganMs = 0
  let beforeNs = 0
  while (check.next < count) {
    check.take((await rx.recv())?.data)
    if (check.next !== Math.ceil(count * settlingPart)) continue
    beganMs = performance.now()
    beforeNs = processorTimeNs()
  }
  return { cpuUs: (processorTimeNs() - beforeNs) / 1000, elapsedMs: performance.now() - beganMs }
}

/** `paced`: `count` messages one way, one every `ms`, and what it costs the far side to wait for them with `await recv()`. */
export function nearPaced(ends: BusEnds): Tasks {
  return { paced: (input) => sendPaced(ends, input) }
}

export function farPaced(ends: BusEnds): Tasks {
  return { paced: (input) => receivePaced(ends, input) }
}
