import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Contender } from '../harness/contender.js'
import { type EventEnd, farEvents, nearEvents } from '../tasks/events.js'

function endOf(port: MessagePort): EventEnd {
  const end: EventEnd = { send: (message) => port.postMessage(message), onMessage: undefined }
  port.on('message', (message: Uint8Array) => end.onMessage?.(message))
  return end
}

/** A MessagePort between the main thread and a worker. */
export const messagePort: Contender<MessagePort> = {
  title: 'MessagePort',
  between: 'threads',
  prepare() {
    const { port1, port2 } = new MessageChannel()
    return { near: port1, far: port2, transfer: [port2] }
  },
  near: ({ shared }) => ({ tasks: nearEvents(endOf(shared)), close: () => shared.close() }),
  far: ({ shared }) => ({ tasks: farEvents(endOf(shared)), close: () => shared.close() }),
}
