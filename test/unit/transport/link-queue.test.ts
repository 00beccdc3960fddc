import { existsSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { listenUnix } from '../../../ffi/index.js'
import type { RingwayError } from '../../../src/errors.js'
import { connectLink, connectLinkSync } from '../../../src/transport/connector.js'
import type { Link } from '../../../src/transport/link.js'
import { acceptLinks, listenLink, listenLinkSync } from '../../../src/transport/listener.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { RawConnector } from '../../support/transport/raw-connector.js'
import { socketFolder, socketPath } from '../../support/transport/socket-folder.js'

function producer(path: string): Promise<Link> {
  return connectLink(path, 1, { role: 'producer', waitForListenerMs: 5000 })
}

function release(...links: (Link | undefined)[]): void {
  for (const link of links) link?.release('closed')
}

describe('accepting peer after peer', () => {
  it('gives each a ring of its own, as fast or slow as they are taken', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const first = queue.next()
    const theirs = await Promise.all([producer(path), producer(path), producer(path)])
    const ours = [await first, await queue.next(), await queue.next()].map((result) => result.value as Link)
    for (const [index, link] of theirs.entries()) link.lanes[0]?.memory.bytes.fill(index + 1)
    expect(ours.map((link) => link.lanes[0]?.memory.bytes[0]).sort()).toEqual([1, 2, 3])
    expect(existsSync(path)).toBe(true)
    await queue.return?.()
    expect(existsSync(path)).toBe(false)
    release(...ours, ...theirs)
  })

  it('begins with the first next(), so that an iterable which nobody iterates holds nothing', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    expect(existsSync(path)).toBe(false)
    await queue.return?.()
    expect(await queue.next()).toEqual({ done: true, value: undefined })
    expect(existsSync(path)).toBe(false)
  })

  it('ends a pending next() with return()', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const pending = [queue.next(), queue.next()]
    await vi.waitFor(() => expect(existsSync(path)).toBe(true))
    await queue.return?.()
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })

  it('says goodbye to peers that nobody has taken', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const [ours, taken] = await Promise.all([queue.next(), producer(path)])
    const untaken = await producer(path)
    await queue.return?.()
    untaken.look()
    expect(untaken.end).toBe('peer-closed')
    release(ours.value, taken, untaken)
  })

  it('takes its offer back from peers in the middle of the handshake', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const pending = queue.next()
    const peer = await vi.waitFor(() => new RawConnector(path))
    await peer.takeOffer()
    await queue.return?.()
    expect([...new Uint32Array((await peer.receive()).buffer)].slice(0, 4)).toEqual([0x41474e52, 1, 2, 3])
    expect(await peer.receive()).toHaveLength(0)
    expect((await pending).done).toBe(true)
  })

  it('is not held up by a peer that says nothing', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const pending = queue.next()
    const silent = await vi.waitFor(() => new RawConnector(path))
    await silent.takeOffer()
    const theirs = await producer(path)
    const ours = (await pending).value as Link
    expect(ours.peer.native).toBe(true)
    await queue.return?.()
    release(ours, theirs)
  })

  it('greets a crowd that says nothing without any warning of the process', async () => {
    const warnings: string[] = []
    const onWarning = ({ message }: Error): void => void warnings.push(message)
    process.on('warning', onWarning)
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const next = queue.next()
    await vi.waitFor(() => expect(existsSync(path)).toBe(true))
    const silent = Array.from({ length: 16 }, () => new RawConnector(path))
    for (const connector of silent) await connector.takeOffer()
    await queue.return?.()
    await next
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('tells of peers that fail, and goes on', async () => {
    expectNothingLeft()
    const path = socketPath()
    const turnedAway: RingwayError[] = []
    const queue = acceptLinks(path, [4096], { role: 'consumer', onPeerError: (error) => turnedAway.push(error) })
    const pending = queue.next()
    await expect(connectLink(path, 1, { role: 'consumer', waitForListenerMs: 5000 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_WRONG_ROLE',
    })
    const theirs = await producer(path)
    release((await pending).value as Link, theirs)
    expect(turnedAway).toMatchObject([{ code: 'ERR_RINGWAY_WRONG_ROLE' }])
    await queue.return?.()
  })

  it('rejects once with the reason of an abort, and is then at its end', async () => {
    expectNothingLeft()
    const path = socketPath()
    const abort = new AbortController()
    const queue = acceptLinks(path, [4096], { role: 'consumer', signal: abort.signal })
    const pending = queue.next()
    await vi.waitFor(() => expect(existsSync(path)).toBe(true))
    abort.abort(new RangeError('enough'))
    await expect(pending).rejects.toThrow(new RangeError('enough'))
    expect(existsSync(path)).toBe(false)
    expect((await queue.next()).done).toBe(true)
  })

  it('tells the next next() of an abort that came while nobody waited', async () => {
    expectNothingLeft()
    const path = socketPath()
    const abort = new AbortController()
    const queue = acceptLinks(path, [4096], { role: 'consumer', signal: abort.signal })
    const [ours, theirs] = await Promise.all([queue.next(), producer(path)])
    abort.abort('enough')
    await expect(queue.next()).rejects.toBe('enough')
    expect((await queue.next()).done).toBe(true)
    release(ours.value, theirs)
  })

  it('fails on a path that it cannot have', async () => {
    expectNothingLeft()
    const path = socketPath()
    const first = acceptLinks(path, [4096], { role: 'consumer' })
    const pending = first.next()
    await vi.waitFor(() => expect(existsSync(path)).toBe(true))
    const second = acceptLinks(path, [4096], { role: 'consumer' })
    await expect(second.next()).rejects.toMatchObject({ code: 'ERR_RINGWAY_PATH_IN_USE' })
    await first.return?.()
    expect((await pending).done).toBe(true)
  })
})

describe('listening for one peer', () => {
  it.each([0, 1, 63, 255, 1000, 2 ** 31 + 1, Number.NaN, '4096'])(
    'refuses capacity %j before anything else',
    async (capacity) => {
      expectNothingLeft()
      const path = socketPath()
      const refused = { code: 'ERR_RINGWAY_INVALID_CAPACITY', message: expect.stringContaining(String(capacity)) }
      const capacities = [capacity as number]
      await expect(listenLink(path, capacities, { role: 'consumer' })).rejects.toMatchObject(refused)
      expect(() => listenLinkSync(path, capacities, { role: 'consumer' })).toThrow(expect.objectContaining(refused))
      expect(() => acceptLinks(path, capacities, { role: 'consumer' })).toThrow(expect.objectContaining(refused))
      expect(existsSync(path)).toBe(false)
    },
  )

  it('gives up after timeoutMs, and the path is gone', async () => {
    expectNothingLeft()
    const path = socketPath()
    await expect(listenLink(path, [4096], { role: 'consumer', timeoutMs: 10 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_TIMEOUT',
      message: expect.stringContaining('10 ms'),
    })
    expect(existsSync(path)).toBe(false)
  })

  it.each([2 ** 31, Number.POSITIVE_INFINITY])('does not take a timeoutMs of %d for none', async (timeoutMs) => {
    expectNothingLeft()
    const path = socketPath()
    const listening = listenLink(path, [4096], { role: 'consumer', timeoutMs })
    listening.catch(() => {})
    await sleep(10)
    release(...(await Promise.all([listening, producer(path)])))
  })

  it('gives up after timeoutMs in the middle of a handshake', async () => {
    expectNothingLeft()
    const path = socketPath()
    const listening = listenLink(path, [4096], { role: 'consumer', timeoutMs: 700 })
    listening.catch(() => {})
    const peer = await vi.waitFor(() => new RawConnector(path), { interval: 1 })
    await peer.takeOffer()
    await expect(listening).rejects.toMatchObject({ code: 'ERR_RINGWAY_TIMEOUT' })
  })

  it('gives up after timeoutMs while blocking', () => {
    expectNothingLeft()
    const path = socketPath()
    expect(() => listenLinkSync(path, [4096], { role: 'consumer', timeoutMs: 30 })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_TIMEOUT', message: expect.stringContaining('30 ms') }),
    )
    expect(existsSync(path)).toBe(false)
  })

  it('is aborted before it begins, and while it waits', async () => {
    expectNothingLeft()
    const path = socketPath()
    await expect(listenLink(path, [4096], { role: 'consumer', signal: AbortSignal.abort('early') })).rejects.toBe(
      'early',
    )
    const abort = new AbortController()
    const listening = listenLink(path, [4096], { role: 'consumer', signal: abort.signal })
    setTimeout(() => abort.abort('late'), 5)
    await expect(listening).rejects.toBe('late')
    expect(existsSync(path)).toBe(false)
  })

  it('ends with what onListening throws, and with what onPeerError throws', async () => {
    expectNothingLeft()
    const path = socketPath()
    const broken = () => {
      throw new RangeError('broken')
    }
    await expect(listenLink(path, [4096], { role: 'consumer', onListening: broken })).rejects.toThrow('broken')
    expect(() => listenLinkSync(path, [4096], { role: 'consumer', onListening: broken })).toThrow('broken')
    const listening = listenLink(path, [4096], { role: 'consumer', onPeerError: broken })
    listening.catch(() => {})
    await expect(connectLink(path, 1, { role: 'consumer', waitForListenerMs: 5000 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_WRONG_ROLE',
    })
    await expect(listening).rejects.toThrow('broken')
    expect(existsSync(path)).toBe(false)
  })

  it('can begin again at the path as soon as it has ended', async () => {
    expectNothingLeft()
    const path = socketPath()
    for (let round = 0; round < 3; round++) {
      release(...(await Promise.all([listenLink(path, [4096], { role: 'consumer' }), producer(path)])))
    }
  })
})

describe('connecting', () => {
  it('is aborted while it waits for a listener, and while it waits for an offer', async () => {
    expectNothingLeft()
    const path = socketPath()
    const options = { role: 'producer', waitForListenerMs: 60_000, timeoutMs: 60_000 } as const
    const waiting = connectLink(path, 1, { ...options, signal: AbortSignal.timeout(5) })
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
    using _listener = listenUnix(path, 1)
    const served = connectLink(path, 1, { ...options, signal: AbortSignal.timeout(5) })
    await expect(served).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe('one thread that waits for itself', () => {
  it('is refused when it blocks to connect to where its own event loop listens', async () => {
    expectNothingLeft()
    const path = socketPath()
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const pending = queue.next()
    await vi.waitFor(() => expect(existsSync(path)).toBe(true))
    expect(() => connectLinkSync(path, 1, { role: 'producer' })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_DEADLOCK', message: expect.stringContaining(path) }),
    )
    await queue.return?.()
    expect((await pending).done).toBe(true)
    expect(() => connectLinkSync(path, 1, { role: 'producer' })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_NO_LISTENER' }),
    )
  })

  it('is refused when it blocks to listen where its own event loop connects', async () => {
    expectNothingLeft()
    const path = socketPath()
    const abort = new AbortController()
    const connecting = connectLink(path, 1, { role: 'producer', waitForListenerMs: 60_000, signal: abort.signal })
    expect(() => listenLinkSync(path, [4096], { role: 'consumer' })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_DEADLOCK' }),
    )
    abort.abort('done')
    await expect(connecting).rejects.toBe('done')
    expect(() => listenLinkSync(path, [4096], { role: 'consumer', timeoutMs: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_TIMEOUT' }),
    )
  })

  it.each([
    ['a detour', (path: string) => join(dirname(path), '..', basename(dirname(path)), basename(path))],
    ['a symbolic link to the folder', linkedFolder],
  ])('is found out through %s', async (_, spelled) => {
    expectNothingLeft()
    const path = socketPath()
    const abort = new AbortController()
    const connecting = connectLink(path, 1, { role: 'producer', waitForListenerMs: 60_000, signal: abort.signal })
    expect(() => listenLinkSync(spelled(path), [4096], { role: 'consumer', timeoutMs: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_DEADLOCK' }),
    )
    abort.abort('done')
    await expect(connecting).rejects.toBe('done')
  })
})

function linkedFolder(path: string): string {
  const link = join(socketFolder(), 'link')
  symlinkSync(dirname(path), link)
  return join(link, basename(path))
}
