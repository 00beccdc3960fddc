import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mappedDefaults } from '../../../src/bus/mapped-defaults.js'
import { CallServer } from '../../../src/rpc/call-server.js'
import { frameType, ROUTE_CANCEL } from '../../../src/rpc/frames.js'
import type { HandlerContext } from '../../../src/rpc/handler.js'
import { HandlerRegistry, type Handlers } from '../../../src/rpc/handler-registry.js'
import { RpcCaller } from '../../../src/rpc/rpc-caller.js'
import { connectLink } from '../../../src/transport/connector.js'
import { listenLink } from '../../../src/transport/listener.js'
import { rawCaller, seenAsForeign, served } from '../../support/rpc/rpc-ends.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const nothing = new Uint8Array(0)

/** A server's end for a caller that it takes for a foreign one. */
async function foreignlyServed(handlers: Handlers): Promise<{ caller: RpcCaller; server: CallServer }> {
  const path = socketPath()
  const listening = listenLink(path, [4096, 65536], { role: 'consumer' })
  const connected = await connectLink(path, 2, { role: 'producer', waitForListenerMs: 10_000 })
  const options = { ...mappedDefaults({}), maxConcurrent: 4, exposeStacks: false }
  const server = new CallServer(seenAsForeign(await listening), new HandlerRegistry(handlers), options)
  const caller = new RpcCaller(connected, mappedDefaults({}))
  server.start()
  onTestFinished(() => {
    caller.close()
    server.close()
  })
  return { caller, server }
}

describe('a caller that takes no replies', () => {
  it('has no handler begin for calls that wait, until there is room for replies', async () => {
    let begun = 0
    const { path } = await served(
      {
        1: async () => {
          begun++
          await sleep(1)
          return new Uint8Array(1500)
        },
      },
      { replyCapacityBytes: 4096, maxConcurrent: 2 },
    )
    const caller = await rawCaller(path)
    for (let call = 0; call < 100; call++) caller.tryCall(nothing, 1)
    await sleep(200)
    expect(begun).toBeLessThan(10)
    let replies = 0
    while (replies < 100) {
      replies += caller.consumeReplies(() => undefined)
      await sleep(1)
    }
    expect(begun).toBe(100)
  })

  it('is heard when it cancels a stream that waits for room', async () => {
    let ended = false
    const { path, server } = await served(
      {
        async *1() {
          try {
            for (;;) yield new Uint8Array(1500)
          } finally {
            ended = true
          }
        },
      },
      { replyCapacityBytes: 4096 },
    )
    const caller = await rawCaller(path)
    const id = caller.tryCall(nothing, 1) as number
    const { sender } = caller as unknown as { sender: { trySend(...parts: unknown[]): boolean } }
    sender.trySend(Uint8Array.of(100, 0, 0, 0), frameType(6, 0), id)
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    await sleep(50)
    sender.trySend(nothing, frameType(ROUTE_CANCEL, 0), id)
    await vi.waitFor(() => expect(ended).toBe(true))
    await vi.waitFor(() => expect(server.runningCalls).toBe(0))
  })

  it('cannot have error replies pile up by using an id again and again', async () => {
    const { path } = await served({ 1: () => new Uint8Array(1500) }, { replyCapacityBytes: 4096 })
    const caller = await rawCaller(path)
    const { sender } = caller as unknown as { sender: { trySend(...parts: unknown[]): boolean } }
    let sent = 0
    for (let round = 0; round < 200; round++) {
      for (let frame = 0; frame < 50; frame++) if (sender.trySend(nothing, 1, 7)) sent++
      await sleep(0)
    }
    // What one ring takes, once more what is looked at ahead of its time, and what was answered: not ten thousand.
    expect(sent).toBeLessThan(5000)
  })

  it('that is foreign holds up its own calls when the first of them is not answered', async () => {
    let first: (() => void) | undefined
    let answered = 0
    const { caller } = await foreignlyServed({
      1: () =>
        new Promise<undefined>((resolve) => {
          first = () => resolve(undefined)
        }),
      2: () => {
        answered++
        return new Uint8Array(1000)
      },
    })
    caller.tryCall(nothing, 1)
    let sent = 0
    for (let round = 0; round < 100; round++) {
      while (caller.tryCall(nothing, 2) !== undefined) sent++
      await sleep(1)
    }
    expect(answered).toBeLessThan(100)
    first?.()
    let replies = 0
    while (replies < sent + 1) {
      replies += caller.consumeReplies(() => undefined)
      await sleep(0)
    }
    expect(answered).toBe(sent)
  })
})

describe('an end that goes to sleep after what it took', () => {
  // Slots of 1920 bytes, which are told of at once, and of 256, which are not: then a slot of 2048 fits only behind a skip,
  // and only when the 256 bytes are given back.
  const sizes = [1920 - 64, 256 - 64, 2048 - 64]

  it('has given back the room of replies, so that the largest ones go on to come', async () => {
    const handlers = {
      1: (request: Uint8Array) => new Uint8Array(new Uint16Array(request.slice().buffer)[0] as number),
    }
    const { client } = await served(handlers, { capacityBytes: 4096 }, { hotUs: 0 })
    for (const size of [...sizes, ...sizes]) {
      const reply = await client.call(1, Uint16Array.of(size), { timeoutMs: 5000 })
      expect(reply).toHaveLength(size)
    }
  })
})

describe('an end that polls for no time', () => {
  it('serves more calls at once than it takes in one turn', async () => {
    const { client } = await served({ 1: () => nothing }, { hotUs: 0 })
    const calls = Array.from({ length: 300 }, () => client.call(1, nothing, { timeoutMs: 5000 }))
    expect(await Promise.all(calls)).toHaveLength(300)
  })

  it('takes more replies at once than in one turn', async () => {
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { client, server } = await served(
      { 1: () => answered.then(() => nothing) },
      { maxConcurrent: 1000 },
      { hotUs: 0 },
    )
    const calls = Array.from({ length: 600 }, () => client.call(1, nothing, { timeoutMs: 5000 }))
    await vi.waitFor(() => expect(server.runningCalls).toBe(600))
    answer()
    expect(await Promise.all(calls)).toHaveLength(600)
  })
})

describe('a stream', () => {
  it('that had to wait for a handler keeps the credit that came meanwhile', async () => {
    let release: (() => void) | undefined
    const { client, server } = await served(
      {
        wait: () =>
          new Promise<void>((resolve) => {
            release = resolve
          }),
        async *count() {
          for (let item = 0; item < 100; item++) yield item
        },
      },
      { maxConcurrent: 1 },
    )
    const waiting = client.invoke('wait')
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    const stream = client.stream('count', undefined, { timeoutMs: 2000 })
    await sleep(20)
    release?.()
    await waiting
    const items: unknown[] = []
    for await (const item of stream) items.push(item)
    expect(items).toHaveLength(100)
  })

  it('that is left while its items fill the ring tells its handler so', async () => {
    let ended = false
    const { client } = await served(
      {
        async *big(_: unknown, { signal }: HandlerContext) {
          try {
            while (!signal.aborted) yield 'x'.repeat(1500)
          } finally {
            ended = true
          }
        },
      },
      { replyCapacityBytes: 4096 },
    )
    for await (const _item of client.stream('big')) break
    await vi.waitFor(() => expect(ended).toBe(true))
    expect(client.pendingCalls).toBe(0)
  })
})
