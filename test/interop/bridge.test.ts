import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import { BridgeClient } from '../../src/rpc/bridge/bridge-client.js'
import type { BridgeConnectOptions, BridgeHandler, BridgeServerOptions } from '../../src/rpc/bridge/bridge-options.js'
import { BridgeServer } from '../../src/rpc/bridge/bridge-server.js'
import { bridgeName, expectNothingLeft } from '../support/bridge/left-over.js'
import { spawnProgram } from '../support/child.js'
import { describePeer } from '../support/describe-peer.js'
import { PythonClient, pythonServer, shmRpcBridge } from '../support/shm-rpc-bridge.js'

expectNothingLeft()

const everyKind = {
  text: 'Grüße, 世界 \u{1f600} "quoted" \\ \n',
  empty: '',
  whole: -12,
  fraction: 0.25,
  large: 1e21,
  yes: true,
  no: false,
  nothing: null,
  list: [1, 'two', [3], {}],
  nested: { a: { b: { c: [] } } },
}

async function connected(name: string, options?: BridgeConnectOptions): Promise<BridgeClient> {
  const client = await BridgeClient.connect(name, options)
  onTestFinished(() => client.close())
  return client
}

async function listening(
  name: string,
  handlers: Record<string, BridgeHandler> = {},
  options?: BridgeServerOptions,
): Promise<BridgeServer> {
  const server = await BridgeServer.listen(
    name,
    { add: ({ a, b }: { a: number; b: number }) => a + b, echo: ({ value }: { value: unknown }) => value, ...handlers },
    options,
  )
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

const namesOf = (name: string) => readdirSync('/dev/shm').filter((file) => file.includes(`srb_${name}_`))

describePeer(shmRpcBridge(), 'a TypeScript client of a Python server', (program) => {
  it('gets every kind of JSON back as it was', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    expect(await client.call('echo', { value: everyKind })).toEqual(everyKind)
    expect(client.callSync('echo', { value: everyKind })).toEqual(everyKind)
    expect(await client.call('__running__')).toBe(true)
    client.close()
  })

  it('sends what just fits, and refuses a byte more without bothering the server', async () => {
    const name = bridgeName()
    await pythonServer(program, name, 1 << 20)
    const client = await connected(name)
    const overhead = JSON.stringify({ request_id: crypto.randomUUID(), method: 'echo', params: { value: '' } }).length
    const longest = 'x'.repeat(client.maxRequestBytes - overhead)
    expect(client.maxRequestBytes).toBe((1 << 20) - 4)
    expect(await client.call('echo', { value: longest })).toBe(longest)
    await expect(client.call('echo', { value: `${longest}x` })).rejects.toMatchObject({ code: ErrorCode.rpcTooLarge })
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3)
    client.close()
  })

  it('is told what a handler threw, and that there is no such method', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    await expect(client.call('divide', { a: 1, b: 0 })).rejects.toMatchObject({
      code: ErrorCode.rpcHandlerFailed,
      message: 'The method divide failed: ValueError: Division by zero',
      remote: { name: 'ValueError', message: 'Division by zero' },
    })
    await expect(client.call('nope')).rejects.toMatchObject({ code: ErrorCode.rpcUnknownMethod })
    expect(() => client.callSync('nope')).toThrow(expect.objectContaining({ code: ErrorCode.rpcUnknownMethod }))
    await expect(client.call('add', { a: 1, c: 2 })).rejects.toMatchObject({ remote: { name: 'TypeError' } })
    client.close()
  })

  it('sends no half of a character, which would end the server', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    await expect(client.call('echo', { value: '\ud83d' })).rejects.toMatchObject({ code: ErrorCode.rpcNotSerialisable })
    expect(await client.call('echo', { value: '\\ud83d' })).toBe('\\ud83d')
    client.close()
  })

  it('gets the right answers after calls that took too long or were given up', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    const slow = (answer: string) => ({ seconds: 0.2, answer })
    await expect(client.call('sleep', slow('first'), { timeoutMs: 50 })).rejects.toMatchObject({
      code: ErrorCode.timeout,
    })
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3)
    expect(() => client.callSync('sleep', slow('second'), { timeoutMs: 50 })).toThrow(/took longer than 50 ms/)
    expect(client.callSync('add', { a: 2, b: 2 })).toBe(4)
    const reason = new Error('changed my mind')
    const controller = new AbortController()
    const given = client.call('sleep', slow('third'), { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 50)
    await expect(given).rejects.toBe(reason)
    expect(await client.call('add', { a: 3, b: 2 })).toBe(5)
    client.close()
  })

  it('takes back a request that the server has not read when its caller gives up', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    const busy = client.call('sleep', { seconds: 0.3 }, { timeoutMs: 20 })
    await expect(busy).rejects.toMatchObject({ code: ErrorCode.timeout })
    await expect(client.call('sleep', { seconds: 30 }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: ErrorCode.timeout,
    })
    expect(await client.call('add', { a: 1, b: 1 })).toBe(2)
    client.close()
  })

  it('keeps a server alive whose answers nobody waits for', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    const client = await connected(name)
    for (const seconds of [0.2, 0.1]) {
      await expect(client.call('sleep', { seconds }, { timeoutMs: 30 })).rejects.toMatchObject({
        code: ErrorCode.timeout,
      })
    }
    // Longer than the 5 s after which a Python server that cannot give its answer ends.
    await delay(5600)
    expect(server.process.exitCode).toBeNull()
    expect(await client.call('add', { a: 1, b: 1 })).toBe(2)
    client.close()
  })

  it('makes ten thousand calls, waiting for each and blocking for each', async () => {
    const name = bridgeName()
    await pythonServer(program, name)
    const client = await connected(name)
    let wrong = 0
    for (let index = 0; index < 5000; index++) {
      if ((await client.call('add', { a: index, b: 1 })) !== index + 1) wrong++
      if (client.callSync('add', { a: index, b: 2 }) !== index + 2) wrong++
    }
    const queued = await Promise.all(Array.from({ length: 500 }, (_, index) => client.call('echo', { value: index })))
    expect(wrong).toBe(0)
    expect(queued).toEqual(Array.from({ length: 500 }, (_, index) => index))
    client.close()
  })

  it('notices a killed server, whose names a new server takes over', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    const client = await connected(name)
    const call = client.call('sleep', { seconds: 30 }, { timeoutMs: 60_000 })
    await delay(20)
    server.kill('SIGKILL')
    await expect(call).rejects.toMatchObject({ code: ErrorCode.peerDead })
    expect(await client.closed).toMatchObject({ kind: 'peer-dead' })
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: ErrorCode.peerDead })
    await server.exited
    expect(namesOf(name)).toHaveLength(6)
    await expect(BridgeClient.connect(name)).rejects.toMatchObject({ code: ErrorCode.noListener })
    await expect(BridgeServer.listen(name, {}, { takeOver: 'never' })).rejects.toMatchObject({
      code: ErrorCode.pathInUse,
    })
    await listening(name)
    const python = await PythonClient.start(program, name)
    expect(await python.call('add', { a: 2, b: 3 })).toEqual({ result: 5 })
    await python.end()
  })

  it('notices it while it blocks, too', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    const client = await connected(name)
    const killer = spawnProgram('sh', ['-c', `sleep 0.2; kill -KILL ${server.pid}`])
    expect(() => client.callSync('sleep', { seconds: 30 }, { timeoutMs: 60_000 })).toThrow(/died/)
    await killer.exited
    expect(await client.closed).toMatchObject({ kind: 'peer-dead' })
    await server.exited
    await listening(name)
  })

  it('is told when the server closes in good order', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    const client = await connected(name)
    server.kill('SIGTERM')
    expect(await client.closed).toEqual({ kind: 'peer-closed' })
    await expect(client.call('add')).rejects.toMatchObject({ code: ErrorCode.peerClosed })
    await server.exited
    expect(namesOf(name)).toEqual([])
  })

  it('leaves the names of a living server alone', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    await expect(BridgeServer.listen(name)).rejects.toMatchObject({
      code: ErrorCode.pathInUse,
      message: expect.stringContaining(String(server.pid)),
    })
    const client = await connected(name)
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3)
    client.close()
  })

  it('is refused where there is a client already, unless it says that it knows', async () => {
    const name = bridgeName()
    const server = await pythonServer(program, name)
    const python = await PythonClient.start(program, name)
    await expect(BridgeClient.connect(name)).rejects.toMatchObject({
      code: ErrorCode.busy,
      message: expect.stringMatching(new RegExp(`\\b${server.pid}\\b.*other client|\\b${python.child.pid}\\b`)),
    })
    const client = await connected(name, { allowOtherClients: true })
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3)
    expect(await python.call('add', { a: 2, b: 2 })).toEqual({ result: 4 })
    client.close()
    await client.closed
    await python.end()
  })
})

describePeer(shmRpcBridge(), 'a TypeScript server of Python clients', (program) => {
  it('gives every kind of JSON back as it was', async () => {
    const name = bridgeName()
    await listening(name)
    const python = await PythonClient.start(program, name)
    expect(await python.call('echo', { value: everyKind })).toEqual({ result: everyKind })
    expect(await python.call('__running__')).toEqual({ result: true })
    await python.end()
  })

  it('answers with what just fits, says so of more, and goes on', async () => {
    const name = bridgeName()
    const server = await listening(name, { letters: ({ count }: { count: number }) => 'x'.repeat(count) })
    const python = await PythonClient.start(program, name)
    const overhead = JSON.stringify({ request_id: crypto.randomUUID(), result: '', error: null }).length
    const count = server.maxAnswerBytes - overhead
    expect(await python.call('letters', { count })).toEqual({ result: 'x'.repeat(count) })
    expect(await python.call('letters', { count: count + 1 })).toEqual({
      failure: 'RPCMethodError',
      message: expect.stringMatching(/^RPCTransportError: Message too large: .* 4093 bytes .* 4092$/),
    })
    expect(await python.call('add', { a: 1, b: 2 })).toEqual({ result: 3 })
    await python.end()
  })

  it('uses the error texts of the original', async () => {
    const name = bridgeName()
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    await listening(name, {
      divide: () => {
        throw Object.assign(new Error('Division by zero'), { name: 'ValueError' })
      },
      later: () => Promise.reject(new RangeError('too far')),
      text: () => {
        // biome-ignore lint/style/useThrowOnlyError: handlers may throw anything
        throw 'just a text'
      },
      big: () => 12n,
      round: () => circular,
    })
    const python = await PythonClient.start(program, name)
    const messageOf = async (method: string) => (await python.call(method)).message
    expect(await messageOf('divide')).toBe('ValueError: Division by zero')
    expect(await messageOf('later')).toBe('RangeError: too far')
    expect(await messageOf('text')).toBe('Error: just a text')
    expect(await messageOf('nope')).toBe('RPCError: Unknown method: nope')
    expect(await messageOf('toString')).toBe('RPCError: Unknown method: toString')
    expect(await messageOf('big')).toMatch(/^RPCSerializationError: /)
    expect(await messageOf('round')).toMatch(/^RPCSerializationError: /)
    expect(await python.call('add', { a: 1, b: 2 })).toEqual({ result: 3 })
    await python.end()
  })

  it('answers the next call rightly after a client waited in vain', async () => {
    const name = bridgeName()
    await listening(name, { slow: () => delay(400, 'late') }, { clientTimeoutMs: 200 })
    const python = await PythonClient.start(program, name, 0.2)
    expect(await python.call('slow')).toMatchObject({ failure: 'RPCTimeoutError' })
    await delay(700)
    expect(await python.call('add', { a: 1, b: 2 })).toEqual({ result: 3 })
    expect(await python.call('add', { a: 2, b: 2 })).toEqual({ result: 4 })
    await python.end()
  })

  it('serves the next client after one was killed in mid-call', async () => {
    const name = bridgeName()
    await listening(name, { slow: () => delay(100, 'late') }, { clientTimeoutMs: 200 })
    for (let round = 0; round < 3; round++) {
      const victim = await PythonClient.start(program, name)
      const call = victim.call('slow')
      call.catch(() => undefined)
      await delay(30)
      victim.child.kill('SIGKILL')
      await victim.child.exited
    }
    await delay(500)
    const python = await PythonClient.start(program, name)
    expect(await python.call('add', { a: 1, b: 2 })).toEqual({ result: 3 })
    await python.end()
  })

  it('tells whoever waits that it closes, and removes its names', async () => {
    const name = bridgeName()
    const server = await listening(name, { never: () => new Promise(() => undefined) })
    const python = await PythonClient.start(program, name)
    const call = python.call('never')
    await delay(100)
    server.close()
    expect(await call).toEqual({ failure: 'RPCMethodError', message: 'RPCError: The server is closing' })
    expect(namesOf(name)).toEqual([])
    expect(await server.closed).toEqual({ kind: 'closed' })
    await python.end()
  })

  it('serves ten thousand calls', async () => {
    const name = bridgeName()
    await listening(name)
    const python = await PythonClient.start(program, name)
    expect(await python.calls(10_000)).toMatchObject({ wrong: 0 })
    await python.end()
  })

  it('serves calls that come when it sleeps', async () => {
    const name = bridgeName()
    await listening(name, {}, { hotUs: 0 })
    const python = await PythonClient.start(program, name)
    expect(await python.calls(2000)).toMatchObject({ wrong: 0 })
    await python.end()
  })
})
