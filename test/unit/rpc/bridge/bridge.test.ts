import { rmSync, truncateSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NamedSemaphore } from '../../../../ffi/index.js'
import { ErrorCode, type RingwayError } from '../../../../src/errors.js'
import { BridgeClient } from '../../../../src/rpc/bridge/bridge-client.js'
import type {
  BridgeConnectOptions,
  BridgeHandler,
  BridgeServerOptions,
} from '../../../../src/rpc/bridge/bridge-options.js'
import { BridgeServer } from '../../../../src/rpc/bridge/bridge-server.js'
import { BridgeChannel } from '../../../../src/transport/bridge-channel.js'
import { bridgeName, expectNothingLeft } from '../../../support/bridge/left-over.js'

expectNothingLeft()

interface Pair {
  readonly name: string
  readonly server: BridgeServer
  readonly peerErrors: RingwayError[]
}

async function served(handlers: Record<string, BridgeHandler> = {}, options: BridgeServerOptions = {}): Promise<Pair> {
  const name = bridgeName()
  const peerErrors: RingwayError[] = []
  const onPeerError = (error: RingwayError) => peerErrors.push(error)
  const echo = ({ value }: { value: unknown }) => value
  const server = await BridgeServer.listen(name, { echo, ...handlers }, { onPeerError, ...options })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return { name, server, peerErrors }
}

async function connected(name: string, options?: BridgeConnectOptions): Promise<BridgeClient> {
  const client = await BridgeClient.connect(name, options)
  onTestFinished(async () => {
    client.close()
    await client.closed
  })
  return client
}

/** The bare channel, for a side that does not behave. */
function rawClient(name: string): BridgeChannel {
  const channel = BridgeChannel.open(name)
  if (channel === undefined) throw new Error('there is no such bridge')
  onTestFinished(async () => await channel.release())
  return channel
}

function rawServer(name: string): BridgeChannel {
  const channel = BridgeChannel.create(name, 4096)
  onTestFinished(async () => await channel.release())
  return channel
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

async function requestOf(channel: BridgeChannel): Promise<{ request_id: string; method: string }> {
  const bytes = await vi.waitUntil(() => channel.request.tryTake(), { timeout: 5000, interval: 1 })
  return JSON.parse(bytes.toString())
}

async function answerOf(channel: BridgeChannel): Promise<unknown> {
  const bytes = await vi.waitUntil(() => channel.response.tryTake(), { timeout: 5000, interval: 1 })
  return JSON.parse(bytes.toString())
}

describe('BridgeServer', () => {
  it('says that it runs', async () => {
    const { name } = await served()
    const client = await connected(name)
    expect(await client.call('__running__')).toBe(true)
  })

  it('survives whatever is sent to it, and reports it', async () => {
    const { name, peerErrors } = await served()
    const raw = rawClient(name)
    const bad = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '\xff\xfe',
      `{"request_id":"${'7'.repeat(4051)}","method":"","params":{}}`,
    ]
    for (const text of bad) {
      await vi.waitUntil(() => raw.request.tryPut(Buffer.from(text, 'latin1')))
    }
    await vi.waitFor(() => expect(peerErrors).toHaveLength(bad.length))
    expect(new Set(peerErrors.map(({ code }) => code))).toEqual(new Set([ErrorCode.rpcProtocol, ErrorCode.rpcTooLarge]))
    raw.request.tryPut(json({ request_id: 'a', method: 'echo', params: { value: 5 } }))
    expect(await answerOf(raw)).toEqual({ request_id: 'a', result: 5, error: null })
  })

  it('answers a request that makes no sense but has an id', async () => {
    const { name } = await served()
    const raw = rawClient(name)
    raw.request.tryPut(json({ request_id: 'a', method: 'echo', params: 7 }))
    expect(await answerOf(raw)).toMatchObject({
      request_id: 'a',
      error: 'RPCError: Invalid request: the params are not an object',
    })
    raw.request.tryPut(json({ request_id: 'b', params: {} }))
    expect(await answerOf(raw)).toMatchObject({
      request_id: 'b',
      error: 'RPCError: Invalid request: the method is not a text',
    })
  })

  it('goes on after a handler that takes for ever, and tells it so', async () => {
    let signal: AbortSignal | undefined
    const never: BridgeHandler = (_params, context) => {
      signal = context.signal
      return new Promise(() => undefined)
    }
    const { name } = await served({ never }, { handlerTimeoutMs: 50 })
    const client = await connected(name)
    await expect(client.call('never')).rejects.toMatchObject({ remote: { name: 'TimeoutError' } })
    expect(signal?.aborted).toBe(true)
    expect(await client.call('echo', { value: 1 })).toBe(1)
  })

  it('takes back an answer that nobody reads, so that the next call gets its own', async () => {
    const { name } = await served({}, { clientTimeoutMs: 100 })
    const raw = rawClient(name)
    raw.request.tryPut(json({ request_id: 'a', method: 'echo', params: { value: 1 } }))
    await vi.waitFor(() => expect(raw.response.hasMessage).toBe(true))
    await vi.waitFor(() => expect(raw.response.hasMessage).toBe(false))
    raw.request.tryPut(json({ request_id: 'b', method: 'echo', params: { value: 2 } }))
    expect(await answerOf(raw)).toMatchObject({ request_id: 'b' })
  })

  it('gives an answer when there is room for it', async () => {
    const { name } = await served()
    const raw = rawClient(name)
    for (const id of ['a', 'b']) {
      await vi.waitUntil(() => raw.request.tryPut(json({ request_id: id, method: 'echo', params: { value: id } })))
    }
    await delay(30)
    expect(await answerOf(raw)).toMatchObject({ result: 'a' })
    expect(await answerOf(raw)).toMatchObject({ result: 'b' })
  })

  it('goes on after a client that died while it wrote, and one that died while it read', async () => {
    const { name } = await served()
    const raw = rawClient(name)
    using room = NamedSemaphore.open(`srb_${name}_req_empty`)
    using answered = NamedSemaphore.open(`srb_${name}_resp_full`)
    const request = json({ request_id: 'a', method: 'echo', params: { value: 1 } })
    expect(room.tryWait()).toBe(true)
    await vi.waitUntil(() => raw.request.tryPut(request), { timeout: 10_000 })
    await vi.waitUntil(() => answered.tryWait())
    expect(raw.request.tryPut(request)).toBe(true)
    await vi.waitUntil(() => raw.response.hasMessage, { timeout: 10_000 })
    expect(await answerOf(raw)).toMatchObject({ request_id: 'a', result: 1 })
  })

  it('ends when its memory is made shorter, or its names are removed', async () => {
    const one = await served()
    truncateSync(`/dev/shm/srb_${one.name}_req`, 0)
    expect(await one.server.closed).toMatchObject({ kind: 'failed', error: { code: ErrorCode.unsafeMemory } })
    const other = await served()
    rmSync(`/dev/shm/srb_${other.name}_req`)
    expect(await other.server.closed).toMatchObject({ kind: 'failed', error: { code: ErrorCode.unsafeMemory } })
  })

  it('tells whoever waits when it closes, and its handler', async () => {
    let signal: AbortSignal | undefined
    const { name, server } = await served({
      never: (_params: object, context) => {
        signal = context.signal
        return new Promise(() => undefined)
      },
    })
    const raw = rawClient(name)
    raw.request.tryPut(json({ request_id: 'a', method: 'never', params: {} }))
    await vi.waitFor(() => expect(signal).toBeDefined())
    server.close()
    server.close()
    expect(signal?.reason).toMatchObject({ code: ErrorCode.closed })
    expect(await answerOf(raw)).toMatchObject({ request_id: 'a', error: 'RPCError: The server is closing' })
    expect(await server.closed).toEqual({ kind: 'closed' })
  })

  it('may be closed by a handler, whose caller is told so', async () => {
    const name = bridgeName()
    const server = await BridgeServer.listen(name, { stop: () => server.close() })
    const client = await connected(name)
    await expect(client.call('stop')).rejects.toMatchObject({ code: ErrorCode.rpcServerClosing })
    expect(await server.closed).toEqual({ kind: 'closed' })
  })

  it('tells one whose request it had not read yet', async () => {
    const { name, server } = await served()
    const raw = rawClient(name)
    raw.request.tryPut(json({ request_id: 'a', method: 'echo', params: {} }))
    server.close()
    expect(await answerOf(raw)).toMatchObject({ request_id: 'a', error: 'RPCError: The server is closing' })
  })

  it.each([
    [{ takeOver: 'maybe' as never }],
    [{ hotUs: -1 }],
    [{ handlerTimeoutMs: Number.NaN }],
    [{ clientTimeoutMs: '5' as never }],
  ])('refuses options that make no sense, and makes nothing: %j', async (options) => {
    await expect(BridgeServer.listen(bridgeName(), {}, options)).rejects.toMatchObject({
      code: ErrorCode.invalidArgument,
    })
  })

  it('refuses a handler that is no function', async () => {
    const listening = BridgeServer.listen(bridgeName(), { add: 7 as never })
    await expect(listening).rejects.toMatchObject({ code: ErrorCode.invalidArgument })
    await delay(20)
  })

  it('sleeps and wakes where nothing is polled', async () => {
    const { name } = await served({}, { hotUs: 0 })
    const client = await connected(name, { hotUs: 0 })
    for (let index = 0; index < 300; index++) expect(await client.call('echo', { value: index })).toBe(index)
  })
})

describe('BridgeClient', () => {
  it('drops an answer whose caller gave up', async () => {
    const name = bridgeName()
    const raw = rawServer(name)
    const client = await connected(name)
    const first = client.call('slow', {}, { timeoutMs: 30 })
    const late = await requestOf(raw)
    await expect(first).rejects.toMatchObject({ code: ErrorCode.timeout })
    const second = client.call('next')
    const next = await requestOf(raw)
    raw.response.tryPut(json({ request_id: late.request_id, result: 'late', error: null }))
    await vi.waitUntil(() => raw.response.tryPut(json({ request_id: next.request_id, result: 'right', error: null })))
    expect(await second).toBe('right')
  })

  it('drops it also while nobody calls, so that the server can give its next one', async () => {
    const name = bridgeName()
    const raw = rawServer(name)
    const client = await connected(name)
    const call = client.call('slow', {}, { timeoutMs: 30 })
    const late = await requestOf(raw)
    await expect(call).rejects.toMatchObject({ code: ErrorCode.timeout })
    raw.response.tryPut(json({ request_id: late.request_id, result: 'late', error: null }))
    await vi.waitFor(() => expect(raw.response.hasMessage).toBe(false))
  })

  it('takes back a request that nobody read', async () => {
    const name = bridgeName()
    const raw = rawServer(name)
    const client = await connected(name)
    await expect(client.call('slow', {}, { timeoutMs: 30 })).rejects.toMatchObject({ code: ErrorCode.timeout })
    expect(raw.request.hasMessage).toBe(false)
    expect(() => client.callSync('slow', {}, { timeoutMs: 30 })).toThrow(/took longer than 30 ms/)
    expect(raw.request.hasMessage).toBe(false)
  })

  it('leaves an answer to somebody else for a while, then drops it', async () => {
    const name = bridgeName()
    const raw = rawServer(name)
    const client = await connected(name)
    const call = client.call('mine')
    const { request_id } = await requestOf(raw)
    raw.response.tryPut(json({ request_id: 'theirs', result: 1, error: null }))
    await delay(20)
    expect(raw.response.hasMessage).toBe(true)
    await vi.waitUntil(() => raw.response.tryPut(json({ request_id, result: 2, error: null })))
    expect(await call).toBe(2)
    const lost = client.call('mine', {}, { timeoutMs: 50 })
    await expect(lost).rejects.toThrow(/answers to another client/)
  })

  it.each(['x', '[]', '{"request_id":7}', '{"request_id":"7","error":7}'])(
    'fails the call for %s, and no other',
    async (text) => {
      const name = bridgeName()
      const raw = rawServer(name)
      const client = await connected(name)
      const call = client.call('one')
      const one = await requestOf(raw)
      raw.response.tryPut(Buffer.from(text))
      await expect(call).rejects.toMatchObject({ code: ErrorCode.rpcProtocol })
      await vi.waitUntil(() => raw.response.tryPut(json({ request_id: one.request_id, result: 1, error: null })))
      const next = client.call('two')
      const two = await requestOf(raw)
      await vi.waitUntil(() => raw.response.tryPut(json({ request_id: two.request_id, result: 2, error: null })))
      expect(await next).toBe(2)
    },
  )

  it('rejects with the reason of its signal, before and while it waits', async () => {
    const { name } = await served({ slow: () => delay(100) })
    const client = await connected(name)
    const reason = new Error('enough')
    await expect(client.call('echo', {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const calls = ['slow', 'echo'].map((method) => client.call(method, { value: 1 }, { signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 20)
    for (const call of calls) await expect(call).rejects.toBe(reason)
    expect(await client.call('echo', { value: 2 })).toBe(2)
  })

  it('refuses to block the thread that is to answer', async () => {
    const { name } = await served()
    const client = await connected(name)
    expect(() => client.callSync('echo')).toThrow(expect.objectContaining({ code: ErrorCode.deadlock }))
  })

  it('refuses to block while promises wait', async () => {
    const name = bridgeName()
    rawServer(name)
    const client = await connected(name)
    const call = client.call('slow', {}, { timeoutMs: 30 })
    expect(() => client.callSync('echo')).toThrow(expect.objectContaining({ code: ErrorCode.busy }))
    await expect(call).rejects.toMatchObject({ code: ErrorCode.timeout })
  })

  it('fails all that waits when it is closed, and what comes later', async () => {
    const { name } = await served({ slow: () => delay(50) })
    const client = await connected(name)
    const calls = [client.call('slow'), client.call('echo')]
    client.close()
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: ErrorCode.closed })
    await expect(client.call('echo')).rejects.toMatchObject({ code: ErrorCode.closed })
    expect(() => client.callSync('echo')).toThrow(expect.objectContaining({ code: ErrorCode.closed }))
    expect(await client.closed).toEqual({ kind: 'closed' })
  })

  it('notices that the server closed', async () => {
    const { name, server } = await served()
    const client = await connected(name)
    server.close()
    expect(await client.closed).toEqual({ kind: 'peer-closed' })
  })

  it('ends when the memory is made shorter', async () => {
    const name = bridgeName()
    rawServer(name)
    const client = await connected(name)
    truncateSync(`/dev/shm/srb_${name}_req`, 0)
    await expect(client.call('echo')).rejects.toMatchObject({ code: ErrorCode.unsafeMemory })
    expect(await client.closed).toMatchObject({ kind: 'failed' })
  })

  it.each([[null], [[1]], [7]])('takes parameters by name only, not %j', async (params) => {
    const { name } = await served()
    const client = await connected(name)
    await expect(client.call('echo', params as never)).rejects.toMatchObject({ code: ErrorCode.invalidArgument })
  })

  it('makes ten thousand calls with time-outs and signals at random, and each ends once', async () => {
    const { name } = await served({ slow: ({ ms }: { ms: number }) => delay(ms, ms) })
    const client = await connected(name, { timeoutMs: 60_000 })
    let ended = 0
    const calls = Array.from({ length: 10_000 }, (_, index) => {
      const isSlow = index % 100 === 0
      const controller = new AbortController()
      if (index % 7 === 0) setTimeout(() => controller.abort(new Error('given up')), index % 50)
      const options = { signal: controller.signal, ...(index % 11 === 0 ? { timeoutMs: index % 40 } : {}) }
      const call = isSlow ? client.call('slow', { ms: 2 }, options) : client.call('echo', { value: index }, options)
      return call.then(
        (value) => {
          ended++
          return isSlow || value === index
        },
        (error: Error) => {
          ended++
          return /took longer|given up/.test(error.message)
        },
      )
    })
    expect((await Promise.all(calls)).every(Boolean)).toBe(true)
    expect(ended).toBe(10_000)
    expect(await client.call('echo', { value: 'last' })).toBe('last')
  })
})
