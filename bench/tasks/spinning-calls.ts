import type { RpcCallee, RpcCaller } from '../../src/rpc.js'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import { Patience } from '../harness/patience.js'
import type { Side } from '../harness/side.js'
import { roundTripsIn, timeBatches } from './floor.js'

type Tasks = Side['tasks']

function nearExchange(caller: RpcCaller): (count: number) => void {
  const message = new StampedMessage()
  const patience = new Patience()
  let received = -1
  let receivedBytes = 0
  let answered: unknown = 0
  const handler = (view: DataView, offset: number, size: number, _typeId: number, id: unknown): void => {
    received = view.getInt32(offset, true)
    receivedBytes = size
    answered = id
  }
  return (count) => {
    for (let index = 0; index < count; index++) {
      message.stamp(index)
      let id = caller.tryCall(message.bytes)
      while (id === undefined) {
        patience.lose()
        id = caller.tryCall(message.bytes)
      }
      while (caller.consumeReplies(handler) === 0) patience.lose()
      patience.restore()
      if (received !== index || receivedBytes !== messageBytes || answered !== id) {
        throw new Error(`${received} to call ${String(answered)} instead of ${index} to call ${id}`)
      }
    }
  }
}

function farExchange(callee: RpcCallee, count: number): void {
  const message = new StampedMessage()
  const patience = new Patience()
  const handler = (view: DataView, offset: number, _size: number, _typeId: number, id: number | bigint): void => {
    message.stamp(view.getInt32(offset, true))
    while (!callee.tryReply(id, message.bytes)) patience.lose()
  }
  for (let served = 0; served < count; ) {
    const taken = callee.consumeCalls(handler, count - served)
    served += taken
    if (taken === 0) patience.lose()
    else patience.restore()
  }
}

/** Every byte of the replies, which are copies of what was sent. */
function nearCheck(caller: RpcCaller, { count }: TaskInput): void {
  const message = new StampedMessage()
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    const { data } = caller.waitSync(caller.callSync(message.bytes))
    verify(data, messageBytes, index, true)
  }
}

/**
 * Both threads spin: `tryCall` and `consumeReplies`, `consumeCalls` and `tryReply`.
 *
 * ```
 *  near                             far
 *  tryCall ──────── forward ──────▶ consumeCalls
 *  consumeReplies ◀─── reverse ──── tryReply
 * ```
 */
export function nearSpinningCalls(caller: RpcCaller): Tasks {
  return {
    check: (input) => nearCheck(caller, input),
    spin: (input) => timeBatches(input, nearExchange(caller)),
  }
}

export function farSpinningCalls(callee: RpcCallee): Tasks {
  return {
    check: ({ count }) => farExchange(callee, count),
    spin: (input) => farExchange(callee, roundTripsIn(input)),
  }
}
