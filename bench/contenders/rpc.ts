import { join } from 'node:path'
import { createSealedMemfd, MemoryMapping } from '../../ffi/index.js'
import { json, RpcBus, RpcClient, RpcServer } from '../../src/rpc.js'
import type { Contender, Place } from '../harness/contender.js'
import { farCalls, nearCalls, type Quote } from '../tasks/calls.js'
import { farFloors, floorMemoryBytes, nearFloors } from '../tasks/floor.js'
import { farSpinningCalls, nearSpinningCalls } from '../tasks/spinning-calls.js'

const capacityBytes = 1 << 16
const waitForListenerMs = 10_000
const callTimeoutMs = 30_000

const quoteType = 2
const quotes = { request: json<Quote>(), response: json<Quote>() }

function pathOf({ folder }: Place): string {
  return join(folder, 'rpc')
}

/** `RpcClient` and `RpcServer`, one default time-out for all calls. */
export const rpc: Contender = {
  title: 'ringway RpcClient',
  between: 'processes',
  async near(place) {
    const client = await RpcClient.connect(pathOf(place), { waitForListenerMs, callTimeoutMs })
    const tasks = nearCalls({
      call: (request, limits) => client.call(1, request, limits),
      callJson: (request) => client.invoke<Quote, Quote>(quoteType, request, quotes),
    })
    return { tasks, close: () => client.close() }
  },
  async far(place) {
    const server = await RpcServer.listen(pathOf(place), { 1: (request: Uint8Array) => request }, { capacityBytes })
    server.register(quoteType, (quote) => quote, quotes)
    return { tasks: farCalls, close: () => server.close() }
  },
}

function wordsOf({ descriptor }: Place): Int32Array {
  return new Int32Array(MemoryMapping.map(descriptor, floorMemoryBytes).buffer)
}

/** `RpcBus` in two threads that do nothing but look, and beside it bare memory that both have mapped. */
export const rpcSpin: Contender = {
  title: 'ringway RpcBus, spinning',
  between: 'processes',
  prepare: () => ({
    near: undefined,
    far: undefined,
    file: createSealedMemfd('ringway-bench-floor', floorMemoryBytes),
  }),
  async near(place) {
    const words = wordsOf(place)
    const caller = await RpcBus.connect(pathOf(place), { waitForListenerMs })
    return { tasks: { ...nearFloors(words), ...nearSpinningCalls(caller) }, close: () => caller.close() }
  },
  async far(place) {
    const words = wordsOf(place)
    const callee = await RpcBus.listen(pathOf(place), capacityBytes, capacityBytes)
    return { tasks: { ...farFloors(words), ...farSpinningCalls(callee) }, close: () => callee.close() }
  },
}
