import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { ChannelEnd } from '../harness/channel.js'
import type { Contender } from '../harness/contender.js'
import { type EchoCaller, farCalls, nearCalls, type Quote } from '../tasks/calls.js'

/** A call or a reply: what everybody writes who makes calls out of messages. */
interface Numbered {
  readonly id: number
  readonly body: unknown
}

/** The part of a channel that is used: it passes on whatever can be cloned. */
interface Messages {
  send(message: Numbered): void
  onMessage(listener: (message: Numbered) => void): void
}

function callerOver({ send, onMessage }: Messages): EchoCaller {
  const waiting = new Map<number, (body: unknown) => void>()
  let lastId = 0
  onMessage(({ id, body }) => {
    const resolve = waiting.get(id)
    waiting.delete(id)
    resolve?.(body)
  })
  const call = (body: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve)
      send({ id, body })
    })
  return {
    call: (request) => call(request) as Promise<Uint8Array>,
    callJson: (request) => call(request) as Promise<Quote>,
  }
}

function answerOver({ send, onMessage }: Messages): void {
  onMessage((message) => send(message))
}

/** The channel that orders and answers use too: they have no ids. */
function messagesOfChannel(channel: ChannelEnd): Messages {
  const ipc = channel as NodeJS.Process
  return {
    send: (message) => void ipc.send?.(message),
    onMessage: (listener) =>
      void ipc.on('message', (message: Partial<Numbered>) => {
        if (message.id !== undefined) listener(message as Numbered)
      }),
  }
}

function messagesOfPort(port: MessagePort): Messages {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  }
}

/** `child_process` with `serialization: 'advanced'`, and an id in each message. */
export const childProcessCalls: Contender = {
  title: 'child_process with ids',
  between: 'processes',
  near: ({ channel }) => ({ tasks: nearCalls(callerOver(messagesOfChannel(channel))), close: () => undefined }),
  far({ channel }) {
    answerOver(messagesOfChannel(channel))
    return { tasks: farCalls, close: () => undefined }
  },
}

/** A MessagePort between the main thread and a worker, and an id in each message. */
export const messagePortCalls: Contender<MessagePort> = {
  title: 'MessagePort with ids',
  between: 'threads',
  prepare() {
    const { port1, port2 } = new MessageChannel()
    return { near: port1, far: port2, transfer: [port2] }
  },
  near: ({ shared }) => ({ tasks: nearCalls(callerOver(messagesOfPort(shared))), close: () => shared.close() }),
  far({ shared }) {
    answerOver(messagesOfPort(shared))
    return { tasks: farCalls, close: () => shared.close() }
  },
}
