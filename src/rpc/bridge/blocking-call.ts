import type { BridgeChannel } from '../../transport/bridge-channel.js'
import { yieldProcessor } from '../../transport/slow-poll.js'
import type { AnswerBox } from './answer-box.js'
import type { BridgeAnswer } from './envelope.js'
import type { BridgeCall } from './pending-call.js'

const missesPerYield = 64
/** Waking from a sleep costs about as much as this. */
const spinMs = 0.05
/** No thread sleeps for longer without a look at its peer and a pass through JavaScript. */
const sliceMs = 20
const leftMs = 1

/** One call from beginning to end, without the event loop. @param look throws when the server is gone */
export function awaitAnswerSync(
  call: BridgeCall,
  { request, response }: BridgeChannel,
  answers: AnswerBox,
  look: () => void,
): BridgeAnswer {
  const sleepMs = () => {
    const restMs = call.deadlineMs - performance.now()
    if (restMs <= 0) throw answers.timeoutOf(call)
    return Math.min(sliceMs, restMs)
  }
  while (!request.tryPut(call.bytes)) {
    look()
    request.sleepForRoom(sleepMs())
  }
  try {
    for (;;) {
      if (!response.hasMessage) spin(response)
      const answer = answers.take(call)
      if (typeof answer === 'object') return answer
      if (answer === 'dropped') continue
      const napMs = sleepMs()
      look()
      if (answer === 'none') response.sleepForMessage(napMs)
      else napFor(leftMs)
    }
  } catch (error) {
    if (!request.released) answers.giveUp(call)
    throw error
  }
}

function spin(response: BridgeChannel['response']): void {
  const untilMs = performance.now() + spinMs
  for (let misses = 1; !response.hasMessage; misses++) {
    if (misses % missesPerYield !== 0) continue
    yieldProcessor()
    if (performance.now() > untilMs) return
  }
}

const nap = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

function napFor(timeoutMs: number): void {
  Atomics.wait(nap, 0, 0, timeoutMs)
}
