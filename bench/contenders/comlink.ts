import { MessageChannel, type MessagePort } from 'node:worker_threads'
import comlink, { type Endpoint } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import type { Contender } from '../harness/contender.js'
import { farCalls, nearCalls, type Quote } from '../tasks/calls.js'

interface Echo {
  call(request: Uint8Array): Uint8Array
  callJson(request: Quote): Quote
}

const echo: Echo = { call: (request) => request, callJson: (request) => request }

/** The adapter is a CommonJS module, whose default export lies where its own `exports` has it. */
const endpointOf = ('default' in nodeAdapter ? nodeAdapter.default : nodeAdapter) as (port: MessagePort) => Endpoint

/** comlink over a MessagePort between the main thread and a worker. */
export const comlinkCalls: Contender<MessagePort> = {
  title: 'comlink, MessagePort',
  between: 'threads',
  prepare() {
    const { port1, port2 } = new MessageChannel()
    return { near: port1, far: port2, transfer: [port2] }
  },
  near({ shared }) {
    const remote = comlink.wrap<Echo>(endpointOf(shared))
    return {
      tasks: nearCalls({ call: (request) => remote.call(request), callJson: (request) => remote.callJson(request) }),
      close: () => shared.close(),
    }
  },
  far({ shared }) {
    comlink.expose(echo, endpointOf(shared))
    return { tasks: farCalls, close: () => shared.close() }
  },
}
