import { openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSealedMemfd, FileDescriptor, receiveNow, SEAL_GROW, SEAL_SHRINK, sendNow } from '../../../ffi/index.js'
import {
  CAPACITY_OFFSET,
  DATA_OFFSET,
  HEAD_OFFSET,
  MAGIC_OFFSET,
  MARKER_OFFSET,
  STATE_OFFSET,
  TAIL_OFFSET,
} from '../../../src/ring/ring-descriptor.js'
import { type ConnectOptions, connectLink, connectLinkSync } from '../../../src/transport/connector.js'
import { encodeGreeting } from '../../../src/transport/greeting.js'
import { MARKER_MAGIC } from '../../../src/transport/handshake-descriptor.js'
import { writeMarker } from '../../../src/transport/marker.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { offerWith, RawListener, RawRing, sendOffer, unsealedMemfd } from '../../support/transport/raw-listener.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const capacityBytes = 4096

function connect(path: string, options: Partial<ConnectOptions> = {}) {
  return connectLink(path, 1, { role: 'producer', ...options })
}

/** What connecting to a listener ends in that sends this offer and these descriptors. */
async function refusal(offer: Uint8Array, descriptors: readonly number[], options: Partial<ConnectOptions> = {}) {
  const path = socketPath()
  new RawListener(path, (connection) => sendOffer(connection, offer, descriptors))
  return connect(path, options).then(
    (link) => link.release('closed'),
    (error: unknown) => error,
  )
}

function notAccepted(code: string, ...numbers: (number | string)[]) {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(numbers.map((number) => `(?=.*${number})`).join(''), 's')),
  })
}

describe('connecting to a listener that does not keep to the handshake', () => {
  it('times out when the listener never answers, with the bytes and the time in the message', async () => {
    expectNothingLeft()
    const path = socketPath()
    new RawListener(path, () => {})
    await expect(connect(path, { timeoutMs: 30 })).rejects.toEqual(
      notAccepted('ERR_RINGWAY_TIMEOUT', process.pid, '0 of 32 bytes', '30 ms'),
    )
  })

  it('times out likewise while blocking', () => {
    expectNothingLeft()
    const path = socketPath()
    new RawListener(path, () => {})
    expect(() => connectLinkSync(path, 1, { role: 'producer', timeoutMs: 30 })).toThrow(
      notAccepted('ERR_RINGWAY_TIMEOUT', '0 of 32 bytes', '30 ms'),
    )
  })

  it('times out after 20 bytes', async () => {
    expectNothingLeft()
    const path = socketPath()
    new RawListener(path, (connection) => sendNow(connection.fd, offerWith(capacityBytes).subarray(0, 20)))
    await expect(connect(path, { timeoutMs: 1000 })).rejects.toEqual(
      notAccepted('ERR_RINGWAY_TIMEOUT', '20 of 32 bytes', '1000 ms'),
    )
  })

  it('fails when the connection ends after 20 bytes, and closes the descriptor that came with them', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    const path = socketPath()
    new RawListener(path, (connection) => {
      sendOffer(connection, offerWith(capacityBytes).subarray(0, 20), [ring.memory.fd])
      connection.close()
    })
    await expect(connect(path)).rejects.toEqual(notAccepted('ERR_RINGWAY_HANDSHAKE', '20 of 32 bytes'))
  })

  it('says that it may have been refused when the connection ends before any byte', async () => {
    expectNothingLeft()
    const path = socketPath()
    new RawListener(path, (connection) => connection.close())
    await expect(connect(path)).rejects.toEqual(notAccepted('ERR_RINGWAY_PEER_REFUSED', process.pid, '0 of 32 bytes'))
  })

  it('takes an offer that comes in pieces', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    const offer = offerWith(capacityBytes)
    const path = socketPath()
    new RawListener(path, (connection) => {
      sendOffer(connection, offer.subarray(0, 3), [ring.memory.fd])
      setTimeout(() => {
        sendNow(connection.fd, offer.subarray(3))
        connection.close()
      }, 10)
    })
    const link = await connect(path)
    expect(link.peer.native).toBe(false)
    link.release('closed')
  })

  it.each([0, 2, 3, 9])('refuses %i descriptors in place of one, and closes them', async (count) => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    const descriptors = new Array<number>(count).fill(ring.memory.fd)
    expect(await refusal(offerWith(capacityBytes), descriptors)).toEqual(
      notAccepted('ERR_RINGWAY_HANDSHAKE', `${count} `, 'not 1'),
    )
  })

  it.each([
    ['another magic', { 0: 0x12345678 }, '0x12345678'],
    ['version 5', { 4: 5 }, 'version is 5'],
    ['flags 1, the other kind of bus', { 28: 1 }, 'flags is 1'],
    ['alignment 32', { 24: 32 }, 'alignment is 32'],
  ])('refuses %s as another ABI', async (_, fields, number) => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    expect(await refusal(offerWith(capacityBytes, fields), [ring.memory.fd])).toEqual(
      notAccepted('ERR_RINGWAY_ABI_MISMATCH', number),
    )
  })

  it.each([
    ['a size that is not 768 + capacity', { 12: 4096 }, 'size is 4096, not 4864'],
    ['capacity 0', { 8: 0, 12: 768 }, 'capacity is 0'],
    ['capacity 64, in which nothing fits', { 8: 64, 12: 832 }, 'capacity is 64'],
    ['capacity 1000', { 8: 1000, 12: 1768 }, 'capacity is 1000'],
    ['capacity 2^31 + 2^30', { 8: 0xc000_0000, 12: 0xc000_0300 }, 'capacity is 3221225472'],
    ['a second ring', { 16: 4096, 20: 4864 }, 'second one of capacity 4096'],
  ])('refuses %s', async (_, fields, number) => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    expect(await refusal(offerWith(capacityBytes, fields), [ring.memory.fd])).toEqual(
      notAccepted('ERR_RINGWAY_HANDSHAKE', number),
    )
  })

  it('refuses a ring over maxCapacityBytes', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    expect(await refusal(offerWith(capacityBytes), [ring.memory.fd], { maxCapacityBytes: 2048 })).toEqual(
      notAccepted('ERR_RINGWAY_CAPACITY_LIMIT', 4096, 2048),
    )
  })
})

describe('connecting to a listener that sends memory', () => {
  it('refuses memory that is shorter than its offer, which would be SIGBUS', async () => {
    expectNothingLeft()
    using short = createSealedMemfd('short', DATA_OFFSET + 2048)
    expect(await refusal(offerWith(capacityBytes), [short.fd])).toEqual(
      notAccepted('ERR_RINGWAY_UNSAFE_MEMORY', DATA_OFFSET + 2048, DATA_OFFSET + 4096),
    )
  })

  it('refuses memory that is not sealed', async () => {
    expectNothingLeft()
    using unsealed = unsealedMemfd(DATA_OFFSET + capacityBytes)
    expect(await refusal(offerWith(capacityBytes), [unsealed.fd])).toEqual(
      notAccepted('ERR_RINGWAY_UNSAFE_MEMORY', `needed ${SEAL_SHRINK | SEAL_GROW}`),
    )
  })

  it('refuses what is no memory at all', async () => {
    expectNothingLeft()
    using device = new FileDescriptor(openSync('/dev/null', 'r+'))
    expect(await refusal(offerWith(capacityBytes), [device.fd])).toEqual(
      notAccepted('ERR_RINGWAY_UNSAFE_MEMORY', '0 bytes', DATA_OFFSET + 4096),
    )
  })

  it.each([
    ['another magic', MAGIC_OFFSET, 7, 'ERR_RINGWAY_ABI_MISMATCH', 'magic is 7'],
    ['another capacity than offered', CAPACITY_OFFSET, 8192, 'ERR_RINGWAY_ABI_MISMATCH', 'capacity is 8192'],
    ['state 4', STATE_OFFSET, 4, 'ERR_RINGWAY_CORRUPT', 'state is 4'],
    ['a head further from the tail than the capacity', HEAD_OFFSET, 8192, 'ERR_RINGWAY_CORRUPT', 'head 8192'],
    ['a tail ahead of the head', TAIL_OFFSET, 64, 'ERR_RINGWAY_CORRUPT', 'tail 64'],
    ['a misaligned head', HEAD_OFFSET, 65, 'ERR_RINGWAY_CORRUPT', 'head 65'],
  ])('refuses a header with %s', async (_, offset, value, code, number) => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    ring.setWord(offset, value)
    expect(await refusal(offerWith(capacityBytes), [ring.memory.fd])).toEqual(notAccepted(code, number))
  })
})

describe('connecting to a listener whose ring carries a marker', () => {
  it('takes it for foreign when the connection ends in place of a welcome', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    writeMarker(ring.words, 'consumer')
    const path = socketPath()
    new RawListener(path, (connection) => {
      sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd])
      connection.close()
    })
    const link = await connect(path)
    expect(link.peer).toMatchObject({ native: false, pid: process.pid })
    link.release('closed')
  })

  it('takes it for foreign when no welcome comes for a second, and hangs up', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    writeMarker(ring.words, 'consumer')
    const path = socketPath()
    new RawListener(path, (connection) => sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd]))
    const link = await connect(path)
    expect(link.peer.native).toBe(false)
    link.release('closed')
  })

  it('refuses a marker that names no role', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    writeMarker(ring.words, 'consumer')
    ring.setWord(MARKER_OFFSET + 8, 7)
    expect(await refusal(offerWith(capacityBytes), [ring.memory.fd])).toEqual(
      notAccepted('ERR_RINGWAY_HANDSHAKE', 'role 7'),
    )
  })

  it('says nothing to a listener without one', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    const path = socketPath()
    const listener = new RawListener(path, (connection) =>
      sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd]),
    )
    const link = await connect(path)
    expect(link.peer.native).toBe(false)
    const [connection] = listener.connections
    expect(receiveNow(connection?.fd as number, new Uint8Array(1))).toBe(0)
    link.release('closed')
  })

  it('takes a marker of another protocol for none', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    ring.setWord(MARKER_OFFSET, MARKER_MAGIC)
    ring.setWord(MARKER_OFFSET + 4, 2)
    const path = socketPath()
    new RawListener(path, (connection) => sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd]))
    const link = await connect(path)
    expect(link.peer.native).toBe(false)
    link.release('closed')
  })

  it.each([
    ['makes no sense', new Uint8Array(16).fill(0x5a), 'ERR_RINGWAY_HANDSHAKE', '0x5a5a5a5a'],
    ['is a hello', encodeGreeting('hello', 'consumer', 0), 'ERR_RINGWAY_HANDSHAKE', '0x48474e52'],
    [
      'has our own role',
      encodeGreeting('welcome', 'producer', 0),
      'ERR_RINGWAY_WRONG_ROLE',
      'a producer, and so are we',
    ],
    ['takes the offer back', encodeGreeting('welcome', 'consumer', 3), 'ERR_RINGWAY_PEER_REFUSED', 'status 3'],
  ])('refuses a welcome that %s', async (_, welcome, code, number) => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    writeMarker(ring.words, 'consumer')
    const path = socketPath()
    new RawListener(path, (connection) => {
      sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd])
      sendNow(connection.fd, welcome)
    })
    await expect(connect(path)).rejects.toEqual(notAccepted(code, number))
  })

  it('refuses a welcome that stops after 5 bytes', async () => {
    expectNothingLeft()
    const ring = new RawRing(capacityBytes)
    writeMarker(ring.words, 'consumer')
    const path = socketPath()
    new RawListener(path, (connection) => {
      sendOffer(connection, offerWith(capacityBytes), [ring.memory.fd])
      sendNow(connection.fd, encodeGreeting('welcome', 'consumer', 0).subarray(0, 5))
    })
    await expect(connect(path)).rejects.toEqual(notAccepted('ERR_RINGWAY_HANDSHAKE', '5 of the 16 bytes'))
  })
})
