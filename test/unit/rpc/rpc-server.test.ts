import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RingwayError } from '../../../src/errors.js'
import { ErrorCode } from '../../../src/errors.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import {
  encodeName,
  frameType,
  ROUTE_CANCEL,
  ROUTE_CREDIT,
  ROUTE_NAMED_CALL,
  writeName,
} from '../../../src/rpc/frames.js'
import type { HandlerContext } from '../../../src/rpc/handler.js'
import { RpcClient } from '../../../src/rpc/rpc-client.js'
import { RpcServer } from '../../../src/rpc/rpc-server.js'
import { coded, isPending } from '../../support/bus/thread-pair.js'
import { asText, rawCaller, served, text } from '../../support/rpc/rpc-ends.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { RawConnector } from '../../support/transport/raw-connector.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const echo = (bytes: Uint8Array): Uint8Array => bytes

describe('cancellation', () => {
  it('by the caller aborts the signal of the handler, whenever it asks for it', async () => {
    const reasons: unknown[] = []
    const { client, server } = await served({
      early: (_: unknown, { signal }: HandlerContext) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(reasons.push(signal.reason)))),
      late: async (_: unknown, context: HandlerContext) => {
        await sleep(150)
        reasons.push(context.signal.reason)
      },
    })
    const abort = new AbortController()
    const calls = ['early', 'late'].map((name) => client.invoke(name, undefined, { signal: abort.signal }))
    await vi.waitFor(() => expect(server.runningCalls).toBe(2))
    const reason = new Error('enough')
    abort.abort(reason)
    for (const call of calls) await expect(call).rejects.toBe(reason)
    await vi.waitFor(() => expect(server.runningCalls).toBe(0))
    expect(reasons).toEqual([coded(ErrorCode.rpcCancelled), coded(ErrorCode.rpcCancelled)])
    expect(client.droppedReplies).toBe(0)
  })

  it('by its time-out reaches a handler that never ends, and the rest go on', async () => {
    let aborted = 0
    const { client, server } = await served({
      1: (_: Uint8Array, { signal }: HandlerContext) => {
        signal.addEventListener('abort', () => aborted++)
        return new Promise<never>(() => undefined)
      },
      2: echo,
    })
    await expect(client.call(1, undefined, { timeoutMs: 10 })).rejects.toEqual(coded(ErrorCode.timeout))
    await vi.waitFor(() => expect(aborted).toBe(1))
    expect(await client.call(2, text('x'))).toEqual(text('x'))
    expect(server.runningCalls).toBe(1)
  })

  it('reaches the handler although all are busy and calls wait before it', async () => {
    let echoes = 0
    const { client, server } = await served(
      {
        1: (_: Uint8Array, { signal }: HandlerContext) =>
          new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
        2: (bytes: Uint8Array) => {
          echoes++
          return bytes
        },
      },
      { maxConcurrent: 1 },
    )
    const abort = new AbortController()
    const hangs = client.call(1, undefined, { signal: abort.signal })
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    const waiting = [1, 2, 3].map((value) => client.call(2, Uint8Array.of(value)))
    const given = client.call(2, undefined, { timeoutMs: 10 })
    await expect(given).rejects.toEqual(coded(ErrorCode.timeout))
    expect(await isPending(waiting[0] as Promise<unknown>)).toBe(true)
    abort.abort()
    await expect(hangs).rejects.toMatchObject({ name: 'AbortError' })
    expect((await Promise.all(waiting)).map(([value]) => value)).toEqual([1, 2, 3])
    expect(echoes).toBe(3)
  })
})

describe('back-pressure', () => {
  it('runs no more handlers for a client than it may', async () => {
    let [running, most] = [0, 0]
    const handlers = {
      1: async (bytes: Uint8Array) => {
        most = Math.max(most, ++running)
        await sleep(1)
        running--
        return bytes
      },
    }
    const { client } = await served(handlers, { maxConcurrent: 3 })
    const replies = await Promise.all(Array.from({ length: 200 }, (_, at) => client.call(1, Uint8Array.of(at))))
    expect(replies.map(([value]) => value)).toEqual(Array.from({ length: 200 }, (_, at) => at))
    expect(most).toBe(3)
  })

  it('leaves calls in the ring when more wait than the ring would hold', async () => {
    const { client, server } = await served(
      { 1: () => new Promise<never>(() => undefined) },
      { maxConcurrent: 1, capacityBytes: 4096 },
    )
    const calls = Array.from({ length: 200 }, () => client.call(1, new Uint8Array(64)))
    for (const call of calls) call.catch(() => undefined)
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    await sleep(20)
    client.close()
    for (const call of calls) await expect(call).rejects.toEqual(coded(ErrorCode.closed))
  })

  it('goes on with the calls in the ring when handlers have ended', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const answered: unknown[] = []
    const { client, server } = await served(
      // Empty answers: a full reply ring would hold the server up as well, and let it go on.
      { 1: ([value]: Uint8Array) => gate.then(() => void answered.push(value)) },
      { maxConcurrent: 1, capacityBytes: 4096 },
    )
    const calls = Array.from({ length: 200 }, (_, at) => client.call(1, new Uint8Array(64).fill(at)))
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    await sleep(20)
    open()
    await Promise.all(calls)
    expect(answered).toEqual(Array.from({ length: 200 }, (_, at) => at))
  })

  it('a caller that takes no replies is not served until it does, and loses none', async () => {
    let served_ = 0
    const { path } = await served({ 1: () => new Uint8Array(1000).fill(++served_) }, { replyCapacityBytes: 4096 })
    const caller = await rawCaller(path)
    const ids = Array.from({ length: 100 }, () => caller.callSync(new Uint8Array(8), 1))
    await vi.waitFor(() => expect(served_).toBeGreaterThan(2))
    await sleep(20)
    expect(served_).toBeLessThan(10)
    for (const [at, id] of ids.entries()) expect((await caller.wait(id)).data[999]).toBe(at + 1)
  })
})

describe('a hostile caller', () => {
  it('may send any frame, and every call gets its one answer', async () => {
    const { path, client } = await served({ 1: echo, 2: () => sleep(5).then(() => undefined) })
    const caller = await rawCaller(path)
    let seed = 7
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return seed % below
    }
    for (let round = 0; round < 3000; round++) {
      const typeId = frameType(random(3) === 0 ? random(0x1_0000) : random(9), random(4))
      await caller.call(crypto.getRandomValues(new Uint8Array(random(40))), typeId)
      caller.consumeReplies(() => undefined)
    }
    const id = await caller.call(text('alive'), 1)
    expect(asText((await caller.wait(id)).data)).toBe('alive')
    expect(await client.call(1, text('me too'))).toEqual(text('me too'))
  })

  it('that uses an id twice is told so', async () => {
    const { path } = await served({ 1: () => sleep(20).then(() => text('one')) }, { maxConcurrent: 2 })
    const caller = await rawCaller(path)
    const { sender } = caller as unknown as { sender: { sendSync(...args: unknown[]): void } }
    const first = caller.callSync(text('a'), 1)
    sender.sendSync(text('a'), 1, undefined, first)
    const answer = await caller.wait(first)
    expect(asText(answer.data)).toContain('under way already')
  })

  it('that sends half a name, a cancellation or a credit for nothing, is answered or ignored', async () => {
    const { path } = await served({ 1: echo })
    const caller = await rawCaller(path)
    const half = await caller.call(Uint8Array.of(9, 0, 65), frameType(ROUTE_NAMED_CALL, 0))
    expect(asText((await caller.wait(half)).data)).toContain(ErrorCode.rpcProtocol)
    await caller.call(new Uint8Array(0), frameType(ROUTE_CANCEL, 0))
    await caller.call(new Uint8Array(3), frameType(ROUTE_CREDIT, 0))
    const frame = new Uint8Array(9)
    writeName(encodeName('nobody!'), frame)
    const named = await caller.call(frame, frameType(ROUTE_NAMED_CALL, 0))
    expect(asText((await caller.wait(named)).data)).toContain(ErrorCode.rpcUnknownMethod)
  })

  it('that spoils its ring loses its connection, and nobody else does', async () => {
    const told: RingwayError[] = []
    const { path, client, server } = await served({ 1: echo }, { onPeerError: (error) => told.push(error) })
    const caller = await rawCaller(path)
    await vi.waitFor(() => expect(server.clientCount).toBe(2))
    const { session } = caller as unknown as { session: { link: { lanes: { memory: { words: Int32Array } }[] } } }
    const words = session.link.lanes[0]?.memory.words as Int32Array
    words[HEAD_OFFSET / 4] = 12345
    await vi.waitFor(() => expect(server.clientCount).toBe(1))
    expect(told).toEqual([coded(ErrorCode.corrupt)])
    expect(await client.call(1, text('x'))).toEqual(text('x'))
  })
})

describe('an onPeerError that throws', () => {
  it('is an uncaught exception, and not the end of the server', async () => {
    expectNothingLeft()
    const uncaught = catchUncaught()
    const broken = new RangeError('broken')
    const onPeerError = () => {
      throw broken
    }
    const { path, client } = await served({ 1: echo }, { replyCapacityBytes: 4096, onPeerError })
    const stranger = new RawConnector(path)
    await stranger.takeOffer()
    stranger.socket.close()
    await vi.waitFor(() => expect(uncaught).toEqual([broken]))
    const later = await RpcClient.connect(path)
    expect(await later.call(1, text('x'))).toEqual(text('x'))
    expect(await client.call(1, text('y'))).toEqual(text('y'))
    later.close()
  })
})

/** Until the test ends, uncaught exceptions are put into what it returns, and not before the test's runner. */
function catchUncaught(): unknown[] {
  const caught: unknown[] = []
  const catching = (error: unknown): void => void caught.push(error)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', catching)
  onTestFinished(() => {
    process.off('uncaughtException', catching)
    for (const listener of others) process.on('uncaughtException', listener)
  })
  return caught
}

describe('a foreign caller', () => {
  it('that not even an error reply is sure to reach is turned away', async () => {
    expectNothingLeft()
    const told: RingwayError[] = []
    const { path, server } = await served(
      { 1: echo },
      { replyCapacityBytes: 4096, onPeerError: (error) => told.push(error) },
    )
    const stranger = new RawConnector(path)
    await stranger.takeOffer()
    stranger.socket.close()
    await vi.waitFor(() => expect(told).toEqual([coded(ErrorCode.wouldStall)]))
    await vi.waitFor(() => expect(server.clientCount).toBe(1))
  })
})

describe('the end of a client', () => {
  it('aborts its handlers, and frees what it had', async () => {
    expectNothingLeft()
    const reasons: unknown[] = []
    const { client, server } = await served({
      1: (_: Uint8Array, { signal }: HandlerContext) =>
        new Promise<undefined>((resolve) =>
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            resolve(undefined)
          }),
        ),
    })
    const call = client.call(1)
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    client.close()
    await expect(call).rejects.toEqual(coded(ErrorCode.closed))
    await vi.waitFor(() => expect(server.clientCount).toBe(0))
    expect(reasons).toEqual([coded(ErrorCode.peerClosed)])
  })
})

describe('the server', () => {
  it('closes: calls under way fail, handlers are told, and the path is gone', async () => {
    expectNothingLeft()
    let reason: unknown
    const { client, server, path } = await served(
      {
        1: (_: Uint8Array, { signal }: HandlerContext) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
          })
          return new Promise<never>(() => undefined)
        },
      },
      { maxConcurrent: 1 },
    )
    const calls = Array.from({ length: 300 }, () => client.call(1))
    await vi.waitFor(() => expect(server.runningCalls).toBe(1))
    server.close()
    for (const call of calls) await expect(call).rejects.toEqual(coded(ErrorCode.rpcServerClosing))
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.peerClosed))
    expect(reason).toEqual(coded(ErrorCode.rpcServerClosing))
    await server.closed
    await expect(RpcClient.connect(path)).rejects.toEqual(coded(ErrorCode.noListener))
    server.close()
  })

  it('ends when its signal is aborted, and says why it cannot listen', async () => {
    const path = socketPath()
    const abort = new AbortController()
    const server = await RpcServer.listen(path, { 1: echo }, { signal: abort.signal })
    await expect(RpcServer.listen(path, { 1: echo })).rejects.toEqual(coded(ErrorCode.pathInUse))
    abort.abort()
    await server.closed
    await expect(RpcServer.listen(path, { 1: echo }, { capacityBytes: 77 })).rejects.toEqual(
      coded(ErrorCode.invalidCapacity),
    )
    await expect(RpcServer.listen(path, { 1: echo }, { maxConcurrent: 0 })).rejects.toEqual(
      coded(ErrorCode.invalidArgument),
    )
  })

  it('serves many clients, each with its own rings', async () => {
    const { path, server } = await served({ 1: echo })
    const clients = await Promise.all(Array.from({ length: 10 }, () => RpcClient.connect(path)))
    onTestFinished(() => {
      for (const client of clients) client.close()
    })
    const replies = await Promise.all(
      clients.flatMap((client, at) => Array.from({ length: 50 }, () => client.call(1, Uint8Array.of(at)))),
    )
    expect(replies.map(([value]) => value)).toEqual(clients.flatMap((_, at) => Array.from({ length: 50 }, () => at)))
    expect(server.clientCount).toBe(11)
  })
})
