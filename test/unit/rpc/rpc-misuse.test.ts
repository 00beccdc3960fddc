import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { frameType } from '../../../src/rpc/frames.js'
import { RpcClient } from '../../../src/rpc/rpc-client.js'
import { RpcError } from '../../../src/rpc/rpc-error.js'
import { RpcServer } from '../../../src/rpc/rpc-server.js'
import { coded } from '../../support/bus/thread-pair.js'
import { asText, foreignPair, rpcPair, served, text } from '../../support/rpc/rpc-ends.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const nothing = new Uint8Array(0)
const invalid = coded(ErrorCode.invalidArgument)

describe('a call', () => {
  it.each([[undefined], [null], [{}], [5n], [Symbol('s')]])('of %s is refused', async (target) => {
    const { client } = await served({ 1: () => text('x') })
    await expect(client.call(target as never)).rejects.toEqual(invalid)
    await expect(client.invoke(target as never)).rejects.toEqual(invalid)
    expect(() => client.stream(target as never)).toThrow(invalid)
  })

  it.each([[null], ['now'], [{}]])('with %j for a signal is refused', async (signal) => {
    const { client } = await served({ 1: () => new Promise<never>(() => undefined) })
    const options = { signal } as never
    await expect(client.call(1, nothing, options)).rejects.toEqual(invalid)
    await expect(client.invoke('x', 1, options)).rejects.toEqual(invalid)
    expect(() => client.stream(1, nothing, options)).toThrow(invalid)
  })
})

describe('a stream', () => {
  it.each([-1, Number.NaN, 'soon'])('with a time-out of %s is refused before it begins', async (timeoutMs) => {
    const { client } = await served({})
    expect(() => client.stream(1, nothing, { timeoutMs } as never)).toThrow(invalid)
    expect(client.pendingCalls).toBe(0)
  })
})

describe('a proxy', () => {
  it('can be put into a text without a call', async () => {
    const { client } = await served({})
    const proxy = client.proxy<{ add(value: number): number }>()
    const call = vi.spyOn(client, 'pendingCalls', 'get')
    expect(`${proxy}`).toBe('[object Object]')
    expect(client.pendingCalls).toBe(0)
    call.mockRestore()
  })
})

describe('a call between servers', () => {
  async function died() {
    const path = socketPath()
    const first = await RpcServer.listen(path, { 1: (bytes: Uint8Array) => bytes })
    const client = await RpcClient.connect(path, { reconnect: { waitForListenerMs: 20 } })
    onTestFinished(() => client.close())
    first.close()
    await first.closed
    await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
    return { path, client }
  }

  it('that is over before it begins leaves no rejection behind', async () => {
    const { client } = await died()
    const unhandled: unknown[] = []
    const listener = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listener)
    onTestFinished(() => void process.off('unhandledRejection', listener))
    await expect(client.call(1, nothing, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    await expect(client.call(1, nothing, { timeoutMs: -1 })).rejects.toEqual(invalid)
    await sleep(100)
    expect(unhandled).toEqual([])
  })

  it('leaves the bytes of a stream request to whoever made them', async () => {
    const { path, client } = await died()
    const request = text('mine')
    const stream = client.stream(1, request)
    request.fill(0)
    const second = await RpcServer.listen(path, {
      async *1(bytes: Uint8Array) {
        yield bytes
      },
    })
    onTestFinished(() => second.close())
    expect(asText((await stream.next()).value as Uint8Array)).toBe('mine')
  })
})

describe('a foreign callee', () => {
  it('may use any type for its replies: they say nothing of routes', async () => {
    const { callee, channel } = await foreignPair()
    const calls = channel()
    for (const route of [2, 3, 4, 9]) {
      const call = calls.call(1, 1, text('x'), undefined, undefined)
      const { correlationId } = callee.serveSync() as { correlationId: number }
      callee.replySync(correlationId, text('plain'), frameType(route, 5))
      expect(asText(await call)).toBe('plain')
    }
  })

  it('answers a call that was written into its slot before one that was asked for meanwhile', async () => {
    const { callee, caller } = await foreignPair()
    const guard = caller.tryCallZeroCopy(4, 1)
    const second = caller.call(nothing, 2)
    guard?.commit()
    const ids = [guard?.correlationId as number, await second]
    for (const id of ids) {
      expect(callee.serveSync()?.correlationId).toBe(id)
      callee.replySync(id, nothing)
    }
    for (const id of ids) expect((await caller.wait(id)).correlationId).toBe(id)
  })
})

describe('a handler that calls another server', () => {
  it('does not pass its failures off as those of its own', async () => {
    const { client: backend } = await served({})
    const { client } = await served({
      ask: () => backend.invoke('nobody'),
      say: () => {
        throw new RpcError(ErrorCode.rpcServerClosing, 'the other one')
      },
      async *many() {
        yield await backend.invoke('nobody')
      },
    })
    const failed = coded(ErrorCode.rpcHandlerFailed)
    await expect(client.invoke('ask')).rejects.toMatchObject({ remote: { code: ErrorCode.rpcUnknownMethod } })
    await expect(client.invoke('say')).rejects.toEqual(failed)
    await expect(client.stream('many').next()).rejects.toEqual(failed)
    await expect(client.invoke('nobody')).rejects.toEqual(coded(ErrorCode.rpcUnknownMethod))
  })
})

describe('a wait', () => {
  it('is not ended by a guard over another reply', async () => {
    const { caller, callee } = await rpcPair()
    const [first, second] = [caller.tryCall(nothing), caller.tryCall(nothing)] as [number, number]
    const waiting = caller.wait(first)
    while (callee.tryServe() !== undefined);
    callee.tryReply(second, text('two'))
    const guard = caller.tryWaitZeroCopy(second)
    const third = caller.tryCall(nothing) as number
    const fourth = caller.tryCall(nothing) as number
    const later = [caller.wait(third), caller.waitZeroCopy(fourth)]
    for (const id of [third, fourth]) callee.tryReply(id, text('later'))
    callee.tryReply(first, text('one'))
    await sleep(20)
    guard?.commit()
    expect(asText((await waiting).data)).toBe('one')
    for (const reply of await Promise.all(later)) expect(reply.text()).toBe('later')
  })
})
