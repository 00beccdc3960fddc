import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import { RpcClient } from '../../src/rpc.js'
import { coded } from '../support/bus/thread-pair.js'
import { type Child, spawnChild } from '../support/child.js'
import { expectNothingLeft } from '../support/transport/leaks.js'
import { socketPath } from '../support/transport/socket-folder.js'

interface Open {
  readonly clients: number
  readonly running: number
  readonly rings: number
  readonly descriptors: number
}

const echo = 1
const never = 2

async function startServer(): Promise<{ path: string; server: Child; open: () => Promise<Open> }> {
  const path = socketPath()
  const server = spawnChild('rpc-server', [path])
  await server.line('{"listening":true}')
  const open = () => {
    server.tell('what is open?')
    return server.json<Open & Record<string, unknown>>()
  }
  return { path, server, open }
}

async function connect(path: string, reconnect = false): Promise<RpcClient> {
  const client = await RpcClient.connect(path, { waitForListenerMs: 10_000, reconnect })
  onTestFinished(() => client.close())
  return client
}

describe('SIGKILL of clients in the middle of calls, a hundred times', () => {
  it('is noticed by no other client, and leaves nothing in the server', async () => {
    const { path, open } = await startServer()
    const watcher = await connect(path)
    const before = await open()
    const steady = Array.from({ length: 2 }, () => spawnChild('rpc-client', [path, '8']))
    for (const client of steady) await client.json()
    let watched = 0
    let stopped = false
    const watching = (async () => {
      for (; !stopped; watched++) {
        expect(await watcher.call(echo, Uint8Array.of(watched), { timeoutMs: 20_000 })).toEqual(Uint8Array.of(watched))
        if (watched % 100 === 0) await sleep(1)
      }
    })()
    let killed = 0
    const killing = Array.from({ length: 7 }, async () => {
      while (killed < 100) {
        killed++
        const client = spawnChild('rpc-client', [path, '16'])
        await client.json()
        client.kill('SIGKILL')
        await client.exited
      }
    })
    await Promise.all(killing)
    stopped = true
    await watching
    expect(killed).toBeGreaterThanOrEqual(100)
    expect(watched).toBeGreaterThan(100)
    for (const client of steady) {
      client.tell('stop')
      const { count, wrong } = await client.json()
      expect(wrong).toBe(0)
      expect(count).toBeGreaterThan(100)
      expect((await client.exited).code).toBe(0)
    }
    await vi.waitFor(async () => expect(await open()).toEqual(before), { timeout: 5000, interval: 100 })
  })
})

describe('SIGKILL of the server', () => {
  it('rejects each of a thousand calls in flight, and the next server gets the next ones', async () => {
    expectNothingLeft()
    const { path, server, open } = await startServer()
    const client = await connect(path, true)
    const errors: unknown[] = []
    const calls = Array.from({ length: 1000 }, () => client.call(never).catch((error: unknown) => errors.push(error)))
    await vi.waitFor(async () => expect((await open()).running).toBe(1000))
    expect(errors).toEqual([])
    server.kill('SIGKILL')
    await Promise.all(calls)
    expect(errors).toHaveLength(1000)
    expect(new Set(errors.map((error) => (error as { code: string }).code))).toEqual(new Set([ErrorCode.peerDead]))
    const next = spawnChild('rpc-server', [path])
    await next.line('{"listening":true}')
    expect(await client.call(echo, Uint8Array.of(5))).toEqual(Uint8Array.of(5))
    client.close()
  })

  it('ends a client that does not reconnect', async () => {
    const { path, server } = await startServer()
    const client = await connect(path)
    server.kill('SIGKILL')
    expect((await client.closed).kind).toBe('peer-dead')
    await expect(client.call(echo)).rejects.toEqual(coded(ErrorCode.peerDead))
  })
})

describe('a process', () => {
  it('lives as long as its server and its calls, unless they are told otherwise', async () => {
    const unreferenced = spawnChild('rpc-unref', [socketPath(), 'unref'])
    expect(await unreferenced.exited).toMatchObject({ code: 0, stderr: '' })
    const referenced = spawnChild('rpc-unref', [socketPath(), 'ref'])
    await referenced.line('{"waited":true}')
    expect((await referenced.stop()).signal).toBe('SIGKILL')
  })

  it('exits by itself once its server is closed', async () => {
    const { path, server } = await startServer()
    const client = await connect(path)
    const hanging = client.call(never)
    server.tell('close')
    await expect(hanging).rejects.toEqual(coded(ErrorCode.rpcServerClosing))
    expect(await server.exited).toMatchObject({ code: 0, stderr: '' })
  })
})
