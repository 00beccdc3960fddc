import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import { Bus } from '../../src/index.js'
import { type Child, spawnChild } from '../support/child.js'
import { socketPath } from '../support/transport/socket-folder.js'

async function staysAlive(child: Child): Promise<boolean> {
  await child.line('{"ready":true}')
  return await Promise.race([sleep(400).then(() => true), child.exited.then(() => false)])
}

describe('a process with a ThreadBus', () => {
  it.each([
    'thread idle',
    'thread waited',
    'thread waiting unref',
    'thread waiting, then unref',
    'thread waiting unref with a time-out',
    'thread waiting unref with pureSpin',
    'thread waiting, then closed',
  ])('ends by itself: %s', async (state) => {
    const child = spawnChild('bus-exit', ['', state])
    expect(await child.exited).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it.each(['thread waiting', 'thread waiting for room', 'thread behind a guard'])('stays: %s', async (state) => {
    expect(await staysAlive(spawnChild('bus-exit', ['', state]))).toBe(true)
  })

  it('stays until its wait has timed out', async () => {
    const child = spawnChild('bus-exit', ['', 'thread waiting with a time-out'])
    await child.line('{"failed":"TimeoutError"}')
    expect((await child.exited).code).toBe(0)
  })
})

describe('a process with a Bus', () => {
  it.each([
    ['idle', 'consumer'],
    ['waited', 'producer'],
    ['waiting unref', 'producer'],
  ] as const)('ends by itself: %s', async (state, role) => {
    const path = socketPath()
    let child: Child | undefined
    const onListening = () => {
      child = spawnChild('bus-exit', [path, state])
    }
    const bus = await Bus.listen(path, 4096, { role: role as 'producer', onListening })
    expect(await child?.exited).toMatchObject({ code: 0, signal: null, stderr: '' })
    // It has closed nothing itself, and ended in good order all the same.
    expect((await bus.closed).kind).toBe('peer-closed')
    bus.close()
  })

  it.each([
    ['corked', 'peer-closed', 3],
    ['corked, then fails', 'peer-dead', 0],
  ] as const)('shows what was corked if it ends in good order: %s', async (state, kind, received) => {
    const path = socketPath()
    let child: Child | undefined
    const onListening = () => {
      child = spawnChild('bus-exit', [path, state])
    }
    const bus = await Bus.listen(path, 4096, { onListening })
    await child?.exited
    expect((await bus.closed).kind).toBe(kind)
    let count = 0
    const consume = () => bus.consume(() => count++)
    if (received === 0) expect(consume).toThrow(expect.objectContaining({ code: ErrorCode.peerDead }))
    else consume()
    expect(count).toBe(received)
    bus.close()
  })

  it('stays while it waits for a message', async () => {
    const path = socketPath()
    let child: Child | undefined
    const onListening = () => {
      child = spawnChild('bus-exit', [path, 'waiting'])
    }
    const bus = await Bus.listen(path, 4096, { role: 'producer', onListening })
    expect(await staysAlive(child as Child)).toBe(true)
    await bus.send(Uint8Array.of(1))
    expect((await child?.exited)?.code).toBe(0)
    bus.close()
  })
})
