import { chmodSync, existsSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { peerCredentials, pollReadable, sendNow } from '../../../ffi/index.js'
import type { RingwayError } from '../../../src/errors.js'
import { connectLink } from '../../../src/transport/connector.js'
import { decodeGreeting, encodeGreeting } from '../../../src/transport/greeting.js'
import type { Link } from '../../../src/transport/link.js'
import { type ListenOptions, listenLink } from '../../../src/transport/listener.js'
import { readMarker } from '../../../src/transport/marker.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { RawConnector } from '../../support/transport/raw-connector.js'
import { socketPath } from '../../support/transport/socket-folder.js'

/** A listener, and the errors of the peers that it turned away. */
async function listening(options: Partial<ListenOptions> = {}) {
  const path = socketPath()
  const turnedAway: RingwayError[] = []
  let link: Promise<Link> | undefined
  await new Promise<void>((resolve, reject) => {
    link = listenLink(path, [4096], {
      role: 'consumer',
      onListening: resolve,
      onPeerError: (error) => turnedAway.push(error),
      ...options,
    })
    link.catch(reject)
  })
  return { path, turnedAway, link: link as Promise<Link> }
}

/** The listener has survived whatever came before when a good peer is welcome. */
async function welcomesTheNext(listener: { path: string; link: Promise<Link> }): Promise<void> {
  const [ours, theirs] = await Promise.all([listener.link, connectLink(listener.path, 1, { role: 'producer' })])
  expect(ours.peer.native).toBe(true)
  expect(existsSync(listener.path)).toBe(false)
  ours.release('closed')
  theirs.release('closed')
}

describe('listening', () => {
  it('survives a peer that comes and goes without reading, such as a probe', async () => {
    expectNothingLeft()
    const listener = await listening()
    new RawConnector(listener.path).socket.close()
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({
      code: 'ERR_RINGWAY_HANDSHAKE',
      message: expect.stringContaining(`pid ${process.pid}`),
    })
    await welcomesTheNext(listener)
  })

  it('turns a peer away that closes with the offer unread', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await vi.waitFor(() => expect(pollReadable(peer.socket.fd, 0)).toBe(true))
    peer.socket.close()
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({ message: expect.stringContaining('left the offer unread') })
    await welcomesTheNext(listener)
  })

  it.each([
    ['makes no sense', new Uint8Array(16).fill(0x5a), 'ERR_RINGWAY_HANDSHAKE', '0x5a5a5a5a'],
    ['is a welcome', encodeGreeting('welcome', 'producer', 0), 'ERR_RINGWAY_HANDSHAKE', '0x41474e52'],
    ['has our own role', encodeGreeting('hello', 'consumer', 0), 'ERR_RINGWAY_WRONG_ROLE', 'a consumer, and so are we'],
    ['tells of a conflict of roles', encodeGreeting('hello', 'producer', 1), 'ERR_RINGWAY_WRONG_ROLE', 'so are we'],
    ['refuses the ring', encodeGreeting('hello', 'producer', 2), 'ERR_RINGWAY_HANDSHAKE', 'status 2'],
  ])('turns a peer away whose hello %s, tells it so, and goes on', async (_, hello, code, text) => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await peer.takeOffer()
    sendNow(peer.socket.fd, hello)
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({ code, message: expect.stringContaining(text) })
    expect(decodeGreeting('welcome', await peer.receive()).status).not.toBe(0)
    expect(await peer.receive()).toHaveLength(0)
    await welcomesTheNext(listener)
  })

  it('turns a peer away that hangs up in the middle of its hello', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await peer.takeOffer()
    sendNow(peer.socket.fd, encodeGreeting('hello', 'producer', 0).subarray(0, 7))
    peer.socket.close()
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({ message: expect.stringContaining('7 of the 16 bytes') })
    await welcomesTheNext(listener)
  })

  it('turns a peer away that stops in the middle of its hello', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await peer.takeOffer()
    sendNow(peer.socket.fd, encodeGreeting('hello', 'producer', 0).subarray(0, 15))
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1), 5000)
    expect(listener.turnedAway[0]).toMatchObject({ message: expect.stringContaining('15 of the 16 bytes') })
    await welcomesTheNext(listener)
  })

  it('takes a peer for foreign that reads the offer and closes', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    const { offer, words } = await peer.takeOffer()
    peer.socket.close()
    const link = await listener.link
    expect(link.peer).toEqual({ pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.(), native: false })
    expect([...new Uint32Array(offer.buffer)]).toEqual([0x54414348, 4, 4096, 4864, 0, 0, 64, 0])
    expect(readMarker(words)).toBe('consumer')
    link.release('closed')
  })

  it('takes a peer for foreign that reads the offer and says nothing for a second', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await peer.takeOffer()
    const link = await listener.link
    expect(link.peer.native).toBe(false)
    expect(await peer.receive()).toHaveLength(0)
    link.release('closed')
  })

  it('turns a peer away that says hello and is gone before the welcome, and takes it for foreign', async () => {
    expectNothingLeft()
    const listener = await listening()
    const peer = new RawConnector(listener.path)
    await peer.takeOffer()
    sendNow(peer.socket.fd, encodeGreeting('hello', 'producer', 0))
    peer.socket.close()
    const link = await listener.link
    expect(link.peer.native).toBe(false)
    link.release('closed')
  })

  it('turns away whom `allow` refuses, before any byte', async () => {
    expectNothingLeft()
    const asked: unknown[] = []
    const listener = await listening({
      allow: (peer) => {
        asked.push(peer)
        return asked.length > 1
      },
    })
    const peer = new RawConnector(listener.path)
    const ours = peerCredentials(peer.socket.fd)
    expect(await peer.receive()).toHaveLength(0)
    expect(asked).toEqual([ours])
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({
      code: 'ERR_RINGWAY_PEER_REFUSED',
      message: expect.stringContaining(`uid ${ours.uid}`),
    })
    await welcomesTheNext(listener)
  })

  it('ends, and leaves nothing behind, when `allow` throws', async () => {
    expectNothingLeft()
    const listener = await listening({
      allow: () => {
        throw new RangeError('no list')
      },
    })
    new RawConnector(listener.path)
    await expect(listener.link).rejects.toThrow(new RangeError('no list'))
    expect(existsSync(listener.path)).toBe(false)
  })

  it.runIf(process.geteuid?.() === 0)('turns away the process of another user', async () => {
    expectNothingLeft()
    const listener = await listening()
    const folder = listener.path.slice(0, listener.path.lastIndexOf('/'))
    chmodSync(folder, 0o777)
    chmodSync(listener.path, 0o777)
    process.seteuid?.(65534)
    onTestFinished(() => process.seteuid?.(0))
    const peer = new RawConnector(listener.path)
    process.seteuid?.(0)
    expect(await peer.receive()).toHaveLength(0)
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({
      code: 'ERR_RINGWAY_PEER_REFUSED',
      message: expect.stringMatching(/uid 65534.*uid 0/),
    })
    await welcomesTheNext(listener)
  })

  it('serves one peer at a time, and turns the next away when the first is good', async () => {
    expectNothingLeft()
    const listener = await listening()
    const silent = new RawConnector(listener.path)
    await silent.takeOffer()
    const second = connectLink(listener.path, 1, { role: 'producer' })
    // The silent one is taken for a foreign peer after a second, and was first.
    const [link, late] = await Promise.allSettled([listener.link, second])
    expect(link).toMatchObject({ status: 'fulfilled', value: { peer: { native: false } } })
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'ERR_RINGWAY_PEER_REFUSED' } })
    if (link.status === 'fulfilled') link.value.release('closed')
  })
})

describe('two peers of the same role', () => {
  it.each(['producer', 'consumer'] as const)('both learn that there is one %s too many', async (role) => {
    expectNothingLeft()
    const listener = await listening({ role })
    await expect(connectLink(listener.path, 1, { role })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_WRONG_ROLE',
      message: expect.stringContaining(role),
    })
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    expect(listener.turnedAway[0]).toMatchObject({ code: 'ERR_RINGWAY_WRONG_ROLE' })
    const other = role === 'producer' ? 'consumer' : 'producer'
    const links = await Promise.all([listener.link, connectLink(listener.path, 1, { role: other })])
    for (const link of links) link.release('closed')
  })
})

describe('a native connector that refuses the ring', () => {
  it('tells the listener, which does not take it for a foreign peer', async () => {
    expectNothingLeft()
    const listener = await listening()
    await expect(connectLink(listener.path, 1, { role: 'producer', maxCapacityBytes: 1024 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_CAPACITY_LIMIT',
    })
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(1))
    await expect(connectLink(listener.path, 2, { role: 'producer' })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_ABI_MISMATCH',
    })
    await vi.waitFor(() => expect(listener.turnedAway).toHaveLength(2))
    await welcomesTheNext(listener)
  })

  it('connects to no listener that `allow` refuses', async () => {
    expectNothingLeft()
    const listener = await listening()
    await expect(connectLink(listener.path, 1, { role: 'producer', allow: () => false })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_PEER_REFUSED',
    })
    await welcomesTheNext(listener)
  })
})
