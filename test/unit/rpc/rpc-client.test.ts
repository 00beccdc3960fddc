import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import {
  encodeForeignError,
  frameType,
  ROUTE_CANCEL,
  ROUTE_ERROR,
  ROUTE_STREAM_END,
  ROUTE_STREAM_ITEM,
  routeOf,
} from '../../../src/rpc/frames.js'
import type { RpcCallee } from '../../../src/rpc/rpc-callee.js'
import { RpcClient } from '../../../src/rpc/rpc-client.js'
import { RpcServer } from '../../../src/rpc/rpc-server.js'
import { coded, isPending } from '../../support/bus/thread-pair.js'
import { asText, clientOfCallee, foreignPair, served, text } from '../../support/rpc/rpc-ends.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const nothing = new Uint8Array(0)

async function nextCall(callee: RpcCallee) {
  const call = await callee.serve({ timeoutMs: 5000 })
  return { id: call?.correlationId as number, typeId: call?.typeId as number, data: call?.data as Uint8Array }
}

describe('replies of a hostile callee', () => {
  it.each([
    ['with an unknown route', frameType(77, 0), nothing, ErrorCode.rpcProtocol],
    ['with an error that is none', frameType(ROUTE_ERROR, 0), text('{'), ErrorCode.rpcProtocol],
    ['that are items of a stream', frameType(ROUTE_STREAM_ITEM, 0), nothing, ErrorCode.rpcProtocol],
    ['that are the end of a stream', frameType(ROUTE_STREAM_END, 0), nothing, ErrorCode.rpcProtocol],
    ['that are foreign errors', 0xffff, encodeForeignError(7), ErrorCode.rpcUnknownType],
    ['that are cancellations', frameType(ROUTE_CANCEL, 0), nothing, ErrorCode.rpcProtocol],
  ])('%s fail their call alone', async (_what, typeId, bytes, code) => {
    const { client, callee } = await clientOfCallee()
    const [first, second] = [client.call(7), client.call(7)]
    const calls = [await nextCall(callee), await nextCall(callee)]
    await callee.reply(calls[0]?.id as number, bytes, typeId)
    await expect(first).rejects.toEqual(coded(code))
    await callee.reply(calls[1]?.id as number, text('fine'))
    expect(asText(await second)).toBe('fine')
  })

  it('that nobody waits for are dropped and counted', async () => {
    const { client, callee } = await clientOfCallee()
    const call = client.call(7)
    const { id } = await nextCall(callee)
    for (const wrong of [0, 99, 2n ** 63n, id]) callee.replySync(wrong, text('x'))
    callee.replySync(id, text('again'))
    expect(asText(await call)).toBe('x')
    const second = client.call(7)
    callee.replySync((await nextCall(callee)).id, text('y'))
    expect(asText(await second)).toBe('y')
    expect(client.droppedReplies).toBe(4)
  })

  it('that come after the time-out are dropped', async () => {
    const { client, callee } = await clientOfCallee()
    await expect(client.call(7, nothing, { timeoutMs: 5 })).rejects.toMatchObject({
      code: ErrorCode.timeout,
      message: 'The call of type 7 took longer than 5 ms',
    })
    const { id } = await nextCall(callee)
    const cancel = await nextCall(callee)
    expect([routeOf(cancel.typeId), cancel.id]).toEqual([ROUTE_CANCEL, id])
    callee.replySync(id, text('late'))
    const next = client.call(7)
    callee.replySync((await nextCall(callee)).id, text('right'))
    expect(asText(await next)).toBe('right')
    expect(client.droppedReplies).toBe(1)
  })

  it('in a ring that makes no sense end the connection, and every call', async () => {
    const { client, callee } = await clientOfCallee()
    const calls = Array.from({ length: 10 }, () => client.call(7))
    await nextCall(callee)
    const { session } = callee as unknown as { session: { link: { lanes: { memory: { words: Int32Array } }[] } } }
    ;(session.link.lanes[1]?.memory.words as Int32Array)[HEAD_OFFSET / 4] = 77
    for (const call of calls) await expect(call).rejects.toEqual(coded(ErrorCode.corrupt))
    expect((await client.closed).kind).toBe('corrupt')
    await expect(client.call(7)).rejects.toEqual(coded(ErrorCode.corrupt))
  })
})

describe('a foreign callee', () => {
  it('that gives a wrong id costs the call whose turn it was', async () => {
    const { callee, channel } = await foreignPair()
    const client = channel()
    const calls = [1, 2, 3, 4].map((type) => client.call(type, type, nothing, undefined, undefined))
    for (let at = 0; at < 4; at++) await callee.serve()
    const { sender } = callee as unknown as { sender: { sendSync(...args: unknown[]): void } }
    for (const id of [99, 3, 2, 4]) sender.sendSync(text(`${id}`), 0, undefined, id)
    await expect(calls[0]).rejects.toEqual(coded(ErrorCode.rpcProtocol))
    await expect(calls[1]).rejects.toEqual(coded(ErrorCode.rpcProtocol))
    expect(asText((await calls[2]) as Uint8Array)).toBe('3')
    expect(asText((await calls[3]) as Uint8Array)).toBe('4')
    expect(client.droppedReplies).toBe(2)
  })

  it('is told nothing of calls that ended by themselves, and its late replies are passed over', async () => {
    const { callee, channel } = await foreignPair()
    const client = channel()
    await expect(client.call(1, 1, nothing, undefined, 5)).rejects.toEqual(coded(ErrorCode.timeout))
    const next = client.call(2, 2, nothing, undefined, undefined)
    for (const reply of ['late', 'right']) {
      const call = await callee.serve()
      await callee.reply(call?.correlationId as number, text(reply))
    }
    expect(asText(await next)).toBe('right')
    expect(callee.tryServe()).toBeUndefined()
  })
})

describe('a call', () => {
  it('rejects with the reason of its signal: before it begins, at once, and later', async () => {
    const { client, callee } = await clientOfCallee()
    const reason = new Error('enough')
    await expect(client.call(7, nothing, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const calls = [client.call(7, nothing, { signal: abort.signal }), client.call(7, nothing, { signal: abort.signal })]
    const untouched = client.call(8)
    abort.abort(reason)
    for (const call of calls) await expect(call).rejects.toBe(reason)
    const later = new AbortController()
    const call = client.call(7, nothing, { signal: later.signal })
    await sleep(20)
    later.abort(reason)
    await expect(call).rejects.toBe(reason)
    const seen = new Set<number>()
    for (let at = 0; at < 7; at++) seen.add((await nextCall(callee)).typeId)
    expect([...seen].sort((a, b) => a - b)).toEqual([7, 8, frameType(ROUTE_CANCEL, 0)])
    callee.replySync(3, nothing)
    expect(await untouched).toEqual(nothing)
  })

  it('whose signal was aborted is not resolved by a reply that comes before anybody noticed', async () => {
    const { client, callee } = await clientOfCallee()
    const abort = new AbortController()
    const call = client.call(7, nothing, { signal: abort.signal })
    callee.replySync((await nextCall(callee)).id, text('x'))
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('leaves no listener on its signal', async () => {
    const { client } = await served({ 1: () => sleep(15).then(() => undefined), 2: () => undefined })
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await Promise.all(Array.from({ length: 50 }, () => client.call(1, nothing, { signal })))
    expect(added.mock.calls.length).toBeGreaterThan(0)
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
    for (let at = 0; at < 100; at++) await client.call(2, nothing, { signal })
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
  })

  it('takes a time-out from 0, and nothing else', async () => {
    const { client } = await clientOfCallee()
    for (const timeoutMs of [-1, Number.NaN, '5' as unknown as number]) {
      await expect(client.call(7, nothing, { timeoutMs })).rejects.toEqual(coded(ErrorCode.invalidArgument))
    }
    await expect(client.call(7, nothing, { timeoutMs: 0 })).rejects.toEqual(coded(ErrorCode.timeout))
    expect(client.pendingCalls).toBe(0)
  })

  it('has the time-out of its client unless it says otherwise', async () => {
    const { client } = await clientOfCallee(65536, { callTimeoutMs: 5 })
    await expect(client.call(7)).rejects.toEqual(coded(ErrorCode.timeout))
    const call = client.call(7, nothing, { timeoutMs: 60_000 })
    await sleep(20)
    expect(await isPending(call)).toBe(true)
    client.close()
    await expect(call).rejects.toEqual(coded(ErrorCode.closed))
  })

  it('may be of the largest size, and not of one byte more', async () => {
    const { client } = await served({ 1: (bytes: Uint8Array) => Uint8Array.of(bytes.length & 0xff) })
    expect(await client.call(1, new Uint8Array(client.maxPayloadBytes))).toEqual(Uint8Array.of(0xc0))
    await expect(client.call(1, new Uint8Array(client.maxPayloadBytes + 1))).rejects.toMatchObject({
      name: 'RpcError',
      code: ErrorCode.rpcTooLarge,
    })
    expect(await client.call(1, nothing)).toEqual(Uint8Array.of(0))
    await expect(client.call(1, 'text' as never)).rejects.toEqual(coded(ErrorCode.invalidArgument))
  })

  it('that finds no room waits for it, and may be withdrawn before it is sent', async () => {
    const { client, callee } = await clientOfCallee(4096)
    const payload = new Uint8Array(1000)
    const calls = Array.from({ length: 10 }, (_, at) => client.call(7, payload.fill(at)))
    const abort = new AbortController()
    const withdrawn = client.call(8, payload, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(withdrawn).rejects.toThrow('enough')
    for (let at = 0; at < 10; at++) {
      const { id, data, typeId } = await nextCall(callee)
      expect([typeId, data[0], data[999]]).toEqual([7, at, at])
      callee.replySync(id, Uint8Array.of(at))
    }
    expect((await Promise.all(calls)).map(([value]) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await sleep(5)
    expect(callee.tryServe()).toBeUndefined()
  })

  it('after the end of the client says so', async () => {
    expectNothingLeft()
    const { client } = await served({ 1: () => undefined })
    client.close()
    client.close()
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.closed))
    expect(() => client.stream('x')).toThrow(coded(ErrorCode.closed))
    await expect(client.proxy<{ add(): number }>().add()).rejects.toEqual(coded(ErrorCode.closed))
    expect(await client.closed).toEqual({ kind: 'closed' })
    expect(client.state).toBe('closed')
  })
})

function kindOf(error: unknown): 'aborted' | 'timeout' | 'other' {
  if (error === 'enough') return 'aborted'
  return (error as { code?: unknown }).code === ErrorCode.timeout ? 'timeout' : 'other'
}

describe('a closed client', () => {
  it('says that it is closed, although the server had ended before', async () => {
    const { client, server } = await served({ 1: () => undefined })
    server.close()
    expect((await client.closed).kind).toBe('peer-closed')
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.peerClosed))
    client.close()
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.closed))
  })
})

describe('ten thousand calls', () => {
  it('with random time-outs and cancellations end once each, and leave nothing behind', async () => {
    expectNothingLeft()
    let seed = 3
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return seed % below
    }
    const { client, server } = await served(
      {
        1: (bytes: Uint8Array) =>
          (bytes[0] as number) < 128 ? bytes : sleep((bytes[0] as number) - 128).then(() => bytes),
      },
      { maxConcurrent: 64 },
    )
    const settled = { fine: 0, timeout: 0, aborted: 0, other: 0 }
    let ends = 0
    const calls = Array.from({ length: 10_000 }, async (_, at) => {
      const payload = new Uint8Array(1 + random(60)).fill(random(256))
      const abort = at % 3 === 0 ? new AbortController() : undefined
      if (abort !== undefined) setTimeout(() => abort.abort('enough'), random(200))
      const timeoutMs = at % 2 === 0 ? random(200) : undefined
      try {
        const reply = await client.call(1, payload, { signal: abort?.signal, timeoutMs })
        expect(reply).toEqual(payload)
        settled.fine++
      } catch (error) {
        settled[kindOf(error)]++
      }
      ends++
    })
    await Promise.all(calls)
    expect(ends).toBe(10_000)
    expect(settled.other).toBe(0)
    for (const count of [settled.fine, settled.aborted, settled.timeout]) expect(count).toBeGreaterThan(100)
    expect(client.pendingCalls).toBe(0)
    await vi.waitFor(() => expect(server.runningCalls).toBe(0), 5000)
    expect(await client.call(1, text('!'))).toEqual(text('!'))
  })
})

describe('reconnect', () => {
  async function replaced(
    reconnect: boolean | { waitForListenerMs: number },
  ): Promise<{ path: string; first: RpcServer; client: RpcClient }> {
    const path = socketPath()
    const handlers = { 1: () => text('first'), 2: () => new Promise<never>(() => undefined) }
    const first = await RpcServer.listen(path, handlers)
    const client = await RpcClient.connect(path, { reconnect })
    onTestFinished(() => client.close())
    expect(asText(await client.call(1))).toBe('first')
    return { path, first, client }
  }

  it('takes later calls to the next server, and fails those under way', async () => {
    expectNothingLeft()
    const { path, first, client } = await replaced(true)
    const hanging = client.call(2)
    first.close()
    await expect(hanging).rejects.toEqual(coded(ErrorCode.rpcServerClosing))
    await first.closed
    await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
    const early = [client.call(1), client.call(1, nothing, { timeoutMs: 60_000 })]
    const payload = Uint8Array.of(1)
    const reused = client.call(3, payload)
    payload.fill(9)
    await sleep(10)
    const second = await RpcServer.listen(path, {
      1: () => text('second'),
      3: (bytes: Uint8Array) => bytes,
      async *many() {
        yield 1
        yield 2
      },
    })
    onTestFinished(() => second.close())
    expect((await Promise.all(early)).map(asText)).toEqual(['second', 'second'])
    expect(await reused).toEqual(Uint8Array.of(1))
    expect(client.state).toBe('open')
    second.close()
    await second.closed
    await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
    const third = await RpcServer.listen(path, {
      async *many() {
        yield 1
        yield 2
      },
    })
    onTestFinished(() => third.close())
    const items: unknown[] = []
    for await (const item of client.stream('many')) items.push(item)
    expect(items).toEqual([1, 2])
  })

  it('waits no longer than the call, or its signal, or for a server at all', async () => {
    const { first, client } = await replaced({ waitForListenerMs: 200 })
    first.close()
    await first.closed
    await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
    await expect(client.call(1, nothing, { timeoutMs: 10 })).rejects.toEqual(coded(ErrorCode.timeout))
    const abort = new AbortController()
    const aborted = client.call(1, nothing, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.noListener))
  })

  it('ends with the client', async () => {
    const { first, client } = await replaced(true)
    first.close()
    await first.closed
    await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
    const waiting = client.call(1)
    client.close()
    await expect(waiting).rejects.toEqual(coded(ErrorCode.closed))
    await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.closed))
    expect(await client.closed).toEqual({ kind: 'closed' })
  })
})
