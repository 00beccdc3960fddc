import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import { BridgeClient } from '../../src/rpc/bridge/bridge-client.js'
import { BridgeServer } from '../../src/rpc/bridge/bridge-server.js'
import { bridgeName, expectNothingLeft } from '../support/bridge/left-over.js'
import { spawnChild } from '../support/child.js'

expectNothingLeft()

const namesOf = (name: string) => readdirSync('/dev/shm').filter((file) => file.includes(`srb_${name}_`))

async function serving(name: string, ending: string) {
  const child = spawnChild('bridge-server', [name, ending])
  await child.line('ready')
  return child
}

async function connected(name: string): Promise<BridgeClient> {
  const client = await BridgeClient.connect(name)
  onTestFinished(async () => {
    client.close()
    await client.closed
  })
  return client
}

describe('a bridge whose server is in another process', () => {
  it('carries calls, waited for and blocking', async () => {
    const name = bridgeName()
    const child = await serving(name, 'exit')
    const client = await connected(name)
    expect(await client.call('echo', { value: [1] })).toEqual([1])
    expect(client.callSync('echo', { value: [2] })).toEqual([2])
    child.tell('exit')
    expect(await child.exited).toMatchObject({ code: 3 })
  })

  it('loses its names when the server exits without closing it', async () => {
    const name = bridgeName()
    const child = await serving(name, 'exit')
    const client = await connected(name)
    expect(namesOf(name)).toHaveLength(6)
    child.tell('exit')
    await child.exited
    expect(namesOf(name)).toEqual([])
    expect(await client.closed).toEqual({ kind: 'peer-closed' })
  })

  it('ends with the process that serves it, and is taken over', async () => {
    const name = bridgeName()
    const child = await serving(name, 'hold')
    const client = await connected(name)
    const call = client.call('never', {}, { timeoutMs: 60_000 })
    await delay(20)
    await expect(BridgeServer.listen(name)).rejects.toMatchObject({ code: ErrorCode.pathInUse })
    child.kill('SIGKILL')
    await expect(call).rejects.toMatchObject({ code: ErrorCode.peerDead })
    await client.closed
    await child.exited
    await expect(BridgeClient.connect(name)).rejects.toMatchObject({ code: ErrorCode.noListener })
    await using server = await BridgeServer.listen(name)
    expect(namesOf(name)).toHaveLength(6)
    server.close()
    expect(namesOf(name)).toEqual([])
  })

  it('does not keep a process alive that did not ask for it', async () => {
    const child = await serving(bridgeName(), 'idle')
    expect(await child.exited).toMatchObject({ code: 0 })
  })

  it('takes next to nothing of a processor while nobody calls', async () => {
    const child = spawnChild('bridge-idle', [bridgeName()])
    const { busyPercent } = await child.json<{ busyPercent: number }>()
    expect(await child.exited).toMatchObject({ code: 0 })
    // Polling takes a whole one. The rest is for machines whose every timer costs more than ours.
    expect(busyPercent).toBeLessThan(5)
  })
})
