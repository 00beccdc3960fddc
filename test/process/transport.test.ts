import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { CONSUMER_WORD_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../../src/ring/ring-descriptor.js'
import { SleepWord } from '../../src/ring/sleep-word.js'
import { connectLink, connectLinkSync } from '../../src/transport/connector.js'
import type { Lane, Link } from '../../src/transport/link.js'
import { acceptLinks, listenLink, listenLinkSync } from '../../src/transport/listener.js'
import { type Child, spawnChild, spawnProgram } from '../support/child.js'
import { expectNothingLeft } from '../support/transport/leaks.js'
import { RawConnector } from '../support/transport/raw-connector.js'
import { offerWith, RawListener, RawRing, sendOffer } from '../support/transport/raw-listener.js'
import { socketPath } from '../support/transport/socket-folder.js'

const rounds = 200

/** Moves the head and waits for the tail to follow, again and again. */
async function playPingPong(link: Link, form: string): Promise<void> {
  const lane = link.lanes[0] as Lane
  const { words } = lane.memory
  const consumerWord = new SleepWord(words, CONSUMER_WORD_OFFSET, HEAD_OFFSET)
  for (let position = 0; position < rounds * 64; position += 64) {
    // Now and then the other side has time to fall asleep.
    if (position % 1280 === 0) await sleep(3)
    Atomics.store(words, HEAD_OFFSET / 4, position + 64)
    const kind = consumerWord.takeSleeper()
    if (kind !== 0) lane.wakePeer(kind)
    while (Atomics.load(words, TAIL_OFFSET / 4) === position) {
      if (form === 'sync') lane.sleeper.sleepSync(position, 20)
      else await new Promise<void>((resolve) => lane.sleeper.arm(position, resolve) || resolve())
    }
  }
}

describe('two native processes', () => {
  it.each([
    ['async', 'async'],
    ['async', 'sync'],
    ['sync', 'async'],
    ['sync', 'sync'],
  ])('wake each other, listening %s and connecting %s', async (listenForm, connectForm) => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['echo', path, listenForm])
    await child.line(/listening/)
    const link =
      connectForm === 'sync'
        ? connectLinkSync(path, 1, { role: 'producer' })
        : await connectLink(path, 1, { role: 'producer' })
    expect(link.peer).toMatchObject({ pid: child.pid, native: true })
    expect(await child.json()).toMatchObject({ peer: { pid: process.pid, native: true } })
    await playPingPong(link, connectForm)
    link.release('closed')
    expect(await child.json()).toEqual({ end: 'peer-closed' })
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(path)).toBe(false)
  })

  it('meet when this thread blocks until the other comes', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['goodbye', path, 'async'])
    const link = listenLinkSync(path, [4096], { role: 'consumer', timeoutMs: 30_000 })
    expect(link.peer).toMatchObject({ pid: child.pid, native: true })
    await vi.waitFor(() => expect(link.end).toBe('peer-closed'))
    link.release('closed')
    expect((await child.exited).code).toBe(0)
  })
})

describe('the death of a process', () => {
  it('ends a native link as peer-dead', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['stay', path])
    const link = await listenLink(path, [4096], { role: 'consumer' })
    await child.json()
    const ended = new Promise((resolve) => {
      link.onEnd = resolve
    })
    child.kill('SIGKILL')
    expect(await ended).toBe('peer-dead')
    link.release('closed')
  })

  it('ends a foreign link as peer-exited', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['stayForeign', path])
    const link = await listenLink(path, [4096], { role: 'consumer' })
    expect(link.peer).toMatchObject({ pid: child.pid, native: false })
    link.look()
    expect(link.end).toBeUndefined()
    const ended = new Promise((resolve) => {
      link.onEnd = resolve
    })
    child.kill('SIGKILL')
    expect(await ended).toBe('peer-exited')
    link.release('closed')
  })

  it('while it listens leaves a dead socket, which the next listener replaces', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['waitForPeer', path])
    await child.line(/listening/)
    child.kill('SIGKILL')
    await child.exited
    expect(existsSync(path)).toBe(true)
    await expect(connectLink(path, 1, { role: 'producer' })).rejects.toMatchObject({ code: 'ERR_RINGWAY_NO_LISTENER' })
    const links = await Promise.all([
      listenLink(path, [4096], { role: 'consumer' }),
      connectLink(path, 1, { role: 'producer', waitForListenerMs: 30_000 }),
    ])
    for (const link of links) link.release('closed')
  })
})

describe('a process that is stopped in the middle of the handshake', () => {
  it('is taken for foreign, and takes us for foreign when it goes on', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['stopInHandshake', path])
    const link = await listenLink(path, [4096], { role: 'consumer' })
    expect(link.peer).toMatchObject({ pid: child.pid, native: false })
    child.kill('SIGCONT')
    expect(await child.json()).toMatchObject({ peer: { native: false } })
    expect((await child.exited).code).toBe(0)
    await vi.waitFor(() => expect(link.end).toBe('peer-exited'))
    link.release('closed')
  })
})

describe('a process that has nothing else to do', () => {
  it('ends by itself with an established native link', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['leave', path])
    const link = await listenLink(path, [4096], { role: 'consumer' })
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
    await vi.waitFor(() => expect(link.end).toBe('peer-dead'))
    link.release('closed')
  })

  it.each([
    ['a timer looks for room before a foreign consumer', 'leave'],
    ['a thread waits for a foreign producer', 'leaveConsuming'],
  ])('ends by itself while %s', async (_, task) => {
    expectNothingLeft()
    const path = socketPath()
    const ring = new RawRing(4096)
    new RawListener(path, (connection) => {
      sendOffer(connection, offerWith(4096), [ring.memory.fd])
      connection.close()
    })
    const child = spawnChild('transport-peer', [task, path])
    expect(await child.json()).toMatchObject({ peer: { native: false } })
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
  })

  it('ends by itself while it listens and nobody awaits a peer, and removes the path', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['acceptAndLeave', path])
    const link = await connectLink(path, 1, { role: 'producer', waitForListenerMs: 30_000 })
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
    expect(existsSync(path)).toBe(false)
    link.release('closed')
  })

  it('ends by itself while more peers wait at its door than it lets in', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['acceptAndLeaveLater', path])
    const links: Link[] = []
    for (let index = 0; index < 1 + 64; index++) {
      links.push(await connectLink(path, 1, { role: 'producer', waitForListenerMs: 30_000 }))
    }
    const atTheDoor = new RawConnector(path)
    child.tell('leave')
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
    expect(await atTheDoor.receive()).toHaveLength(0)
    for (const link of links) link.release('closed')
  })

  it('stays as long as somebody awaits a peer', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('transport-peer', ['waitForPeer', path])
    await child.line(/listening/)
    await sleep(300)
    const link = await connectLink(path, 1, { role: 'producer' })
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
    link.release('closed')
  })
})

describe('a process without a descriptor left', () => {
  function spawnLimited(task: string, path: string): Child {
    const program = `${process.cwd()}/.build/test/process/children/transport-peer.js`
    return spawnProgram('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, program, task, path])
  }

  it('does not connect, and says whose fault that is', async () => {
    expectNothingLeft()
    const path = socketPath()
    const ring = new RawRing(4096)
    new RawListener(path, (connection) => sendOffer(connection, offerWith(4096), [ring.memory.fd]))
    const child = spawnLimited('connectWithoutDescriptors', path)
    expect(await child.json()).toEqual({
      message: 'The listener sent 1 or more descriptors, not 1; this process could take 0: it has no more left',
    })
    expect((await child.exited).code).toBe(0)
  })

  it('turns the peer away, tells why, and serves the next', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnLimited('runOutOfDescriptors', path)
    await child.line(/listening/)
    const unlucky = new RawConnector(path)
    expect(await unlucky.receive()).toHaveLength(0)
    expect(await child.json()).toEqual({
      code: 'ERR_RINGWAY_SYSTEM',
      message: 'Could not take a connection: fcntl failed with EMFILE',
    })
    const link = await connectLink(path, 1, { role: 'producer' })
    expect(await child.json()).toMatchObject({ peer: { native: true } })
    expect((await child.exited).code).toBe(0)
    link.release('closed')
  })
})

describe('a worker thread that blocks in the handshake', () => {
  it.each(['listen', 'connect'])('can be terminated while it waits to %s', async (task) => {
    const child = spawnChild('transport-terminated-worker', [task, socketPath()])
    await child.line('terminated')
    expect(await child.exited).toMatchObject({ code: 0, signal: null })
  })
})

describe('a thousand links', () => {
  it('come and go without a trace', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [256], { role: 'consumer' })
    for (let round = 0; round < 1000; round++) {
      const [ours, theirs] = await Promise.all([
        queue.next(),
        connectLink(path, 1, { role: 'producer', waitForListenerMs: 30_000 }),
      ])
      ours.value?.release('closed')
      theirs.release('closed')
    }
    await queue.return?.()
  })
})
