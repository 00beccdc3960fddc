import { describe, expect, it, vi } from 'vitest'
import { sendNow } from '../../../ffi/index.js'
import {
  CONSUMER_WORD_OFFSET,
  HEAD_OFFSET,
  PRODUCER_WORD_OFFSET,
  TAIL_OFFSET,
  WORD_DOORBELL,
} from '../../../src/ring/ring-descriptor.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import { connectLink } from '../../../src/transport/connector.js'
import { encodeGreeting } from '../../../src/transport/greeting.js'
import { BELL, GOODBYE } from '../../../src/transport/handshake-descriptor.js'
import type { Lane, Link, LinkEnd } from '../../../src/transport/link.js'
import { listenLink } from '../../../src/transport/listener.js'
import { expectNothingLeft, mappedRings, openDescriptors } from '../../support/transport/leaks.js'
import { RawConnector } from '../../support/transport/raw-connector.js'
import { socketPath } from '../../support/transport/socket-folder.js'

async function linked(capacities: readonly number[] = [4096]): Promise<{ consumer: Link; producer: Link }> {
  const path = socketPath()
  const lanes = capacities.length as 1 | 2
  const [consumer, producer] = await Promise.all([
    listenLink(path, capacities, { role: 'consumer' }),
    connectLink(path, lanes, { role: 'producer', waitForListenerMs: 5000 }),
  ])
  return { consumer, producer }
}

/** One side of a native link of which the test is the other, by hand. */
async function linkedByHand(): Promise<{ link: Link; peer: RawConnector; words: Int32Array }> {
  const path = socketPath()
  const listening = listenLink(path, [4096], { role: 'consumer' })
  const peer = await vi.waitFor(() => new RawConnector(path))
  const { words } = await peer.takeOffer()
  sendNow(peer.socket.fd, encodeGreeting('hello', 'producer', 0))
  const link = await listening
  await peer.receive()
  return { link, peer, words }
}

function endOf(link: Link): Promise<LinkEnd> {
  return new Promise((resolve) => {
    link.onEnd = resolve
  })
}

function onlyLane(link: Link): Lane {
  return link.lanes[0] as Lane
}

/** Moves a position as the other side would, and wakes whoever sleeps. */
function move(lane: Lane, offset: number, word: SleepWord): void {
  Atomics.add(lane.memory.words, offset / 4, 64)
  const kind = word.takeSleeper()
  if (kind !== 0) lane.wakePeer(kind)
}

describe('a native link', () => {
  it('knows its peer, and both sides see one memory', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    const identity = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.(), native: true }
    expect(consumer.peer).toEqual(identity)
    expect(producer.peer).toEqual(identity)
    onlyLane(producer).memory.bytes[4095] = 77
    expect(onlyLane(consumer).memory.bytes[4095]).toBe(77)
    expect(onlyLane(consumer).role).toBe('consumer')
    expect(onlyLane(producer).role).toBe('producer')
    consumer.release('closed')
    producer.release('closed')
  })

  it('keeps one descriptor a side: the memory is held by its mapping', async () => {
    expectNothingLeft()
    const before = openDescriptors()
    const { consumer, producer } = await linked()
    await vi.waitFor(() => {
      const more = openDescriptors().filter((link) => !before.includes(link))
      expect(more.map((link) => link.replace(/\d+/, 'n'))).toEqual(['socket:[n]', 'socket:[n]'])
    })
    consumer.release('closed')
    producer.release('closed')
  })

  it('of two rings has them in opposite directions, with the capacities that the listener gave', async () => {
    expectNothingLeft()
    const { consumer: callee, producer: caller } = await linked([1024, 8192])
    expect(callee.lanes.map((lane) => [lane.role, lane.memory.capacityBytes])).toEqual([
      ['consumer', 1024],
      ['producer', 8192],
    ])
    expect(caller.lanes.map((lane) => [lane.role, lane.memory.capacityBytes])).toEqual([
      ['producer', 1024],
      ['consumer', 8192],
    ])
    callee.release('closed')
    caller.release('closed')
  })

  it('of a ring over 4 MiB touches the rest of its memory in the background, and stops when released', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked([16 << 20])
    expect(onlyLane(producer).memory.bytes.length).toBe(16 << 20)
    consumer.release('closed')
    producer.release('closed')
  })
})

describe('sleeping before a native peer', () => {
  it('a consumer on the event loop is woken by the doorbell when the head moves', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    const woken = new Promise<void>((resolve) => {
      expect(onlyLane(consumer).sleeper.arm(0, resolve)).toBe(true)
    })
    const { words } = onlyLane(producer).memory
    expect(words[CONSUMER_WORD_OFFSET / 4]).toBe(WORD_DOORBELL)
    move(onlyLane(producer), HEAD_OFFSET, SleepWord.ofConsumer(words))
    await woken
    expect(words[CONSUMER_WORD_OFFSET / 4]).toBe(0)
    consumer.release('closed')
    producer.release('closed')
  })

  it('a producer on the event loop is woken by the doorbell when the tail moves', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    const woken = new Promise<void>((resolve) => {
      expect(onlyLane(producer).sleeper.arm(0, resolve)).toBe(true)
    })
    const { words } = onlyLane(consumer).memory
    expect(words[PRODUCER_WORD_OFFSET / 4]).toBe(WORD_DOORBELL)
    move(onlyLane(consumer), TAIL_OFFSET, SleepWord.ofProducer(words))
    await woken
    consumer.release('closed')
    producer.release('closed')
  })

  it('arms nothing when the position has moved already', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    Atomics.store(onlyLane(producer).memory.words, HEAD_OFFSET / 4, 64)
    expect(onlyLane(consumer).sleeper.arm(0, () => expect.unreachable())).toBe(false)
    onlyLane(consumer).sleeper.sleepSync(0, 60_000)
    expect(onlyLane(consumer).memory.words[CONSUMER_WORD_OFFSET / 4]).toBe(0)
    consumer.release('closed')
    producer.release('closed')
  })

  it('is not woken by a bell after disarming, and the word is awake', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    let wakes = 0
    onlyLane(consumer).sleeper.arm(0, () => wakes++)
    onlyLane(consumer).sleeper.disarm()
    expect(onlyLane(producer).memory.words[CONSUMER_WORD_OFFSET / 4]).toBe(0)
    onlyLane(producer).wakePeer(WORD_DOORBELL)
    const ended = endOf(consumer)
    producer.release('closed')
    await ended
    expect(wakes).toBe(0)
    consumer.release('closed')
  })

  it('is woken once by many bells', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    let wakes = 0
    onlyLane(consumer).sleeper.arm(0, () => wakes++)
    // More than the socket holds: the rest says nothing new, and is dropped.
    for (let bell = 0; bell < 1000; bell++) onlyLane(producer).wakePeer(WORD_DOORBELL)
    consumer.look()
    expect(wakes).toBe(1)
    expect(consumer.end).toBeUndefined()
    consumer.release('closed')
    producer.release('closed')
  })

  it('wakes the sleepers of both rings, for a bell does not say for whom it is', async () => {
    expectNothingLeft()
    const { consumer: callee, producer: caller } = await linked([4096, 4096])
    const woken: number[] = []
    for (const [index, lane] of callee.lanes.entries()) lane.sleeper.arm(0, () => woken.push(index))
    caller.lanes[0]?.wakePeer(WORD_DOORBELL)
    callee.look()
    expect(woken).toEqual([0, 1])
    callee.release('closed')
    caller.release('closed')
  })

  it('a blocked sleep ends with its slice when nobody wakes it', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    onlyLane(consumer).sleeper.sleepSync(0, 5)
    onlyLane(producer).sleeper.sleepSync(0, 5)
    expect(onlyLane(consumer).memory.words[CONSUMER_WORD_OFFSET / 4]).toBe(0)
    consumer.release('closed')
    producer.release('closed')
  })
})

describe('the end of a native link', () => {
  it('is peer-closed after a goodbye, told once', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    const ends: LinkEnd[] = []
    consumer.onEnd = (end) => ends.push(end)
    producer.release('closed')
    await vi.waitFor(() => expect(ends).toEqual(['peer-closed']))
    expect(consumer.end).toBe('peer-closed')
    consumer.look()
    expect(ends).toEqual(['peer-closed'])
    consumer.release('closed')
  })

  it('is found by look() without the event loop', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    consumer.look()
    expect(consumer.end).toBeUndefined()
    producer.release('closed')
    consumer.look()
    expect(consumer.end).toBe('peer-closed')
    consumer.release('closed')
  })

  it('is peer-dead after a hang-up without a goodbye', async () => {
    expectNothingLeft()
    const { link, peer } = await linkedByHand()
    const ended = endOf(link)
    peer.socket.close()
    expect(await ended).toBe('peer-dead')
    link.release('closed')
  })

  it('is peer-dead for look() too', async () => {
    expectNothingLeft()
    const { link, peer } = await linkedByHand()
    peer.socket.close()
    link.look()
    expect(link.end).toBe('peer-dead')
    link.release('closed')
  })

  it('is noticed by ringing for a peer that hung up', async () => {
    expectNothingLeft()
    const { link, peer } = await linkedByHand()
    peer.socket.close()
    onlyLane(link).wakePeer(WORD_DOORBELL)
    expect(link.end).toBe('peer-dead')
    onlyLane(link).wakePeer(WORD_DOORBELL)
    link.release('closed')
  })

  it('is peer-closed when bells come before the goodbye, in one piece', async () => {
    expectNothingLeft()
    const { link, peer } = await linkedByHand()
    let wakes = 0
    onlyLane(link).sleeper.arm(0, () => wakes++)
    sendNow(peer.socket.fd, Uint8Array.of(BELL, BELL, GOODBYE, BELL))
    expect(await endOf(link)).toBe('peer-closed')
    expect(wakes).toBe(1)
    link.release('closed')
  })

  it('is not taken from what another link was told before', async () => {
    expectNothingLeft()
    const told = await linkedByHand()
    sendNow(told.peer.socket.fd, Uint8Array.of(BELL, BELL, GOODBYE))
    told.link.look()
    expect(told.link.end).toBe('peer-closed')
    const other = await linkedByHand()
    sendNow(other.peer.socket.fd, Uint8Array.of(BELL))
    other.link.look()
    expect(other.link.end).toBeUndefined()
    told.link.release('closed')
    other.link.release('closed')
  })

  it('is not reached by bytes that this version does not know', async () => {
    expectNothingLeft()
    const { link, peer } = await linkedByHand()
    sendNow(
      peer.socket.fd,
      Uint8Array.from({ length: 256 }, (_, byte) => (byte === GOODBYE ? 0 : byte)),
    )
    link.look()
    expect(link.end).toBeUndefined()
    link.release('closed')
  })

  it('is told to the peer with a goodbye byte, and without one after corruption', async () => {
    expectNothingLeft()
    const orderly = await linkedByHand()
    orderly.link.release('closed')
    expect(await orderly.peer.receive()).toEqual(Uint8Array.of(GOODBYE))
    expect(await orderly.peer.receive()).toHaveLength(0)
    const corrupt = await linkedByHand()
    corrupt.link.release('corrupt')
    expect(await corrupt.peer.receive()).toHaveLength(0)
  })
})

describe('releasing a link', () => {
  it('twice is once, and gives the memory back while views are kept', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    const kept = onlyLane(consumer).memory.bytes
    kept[0] = 5
    consumer.release('closed')
    consumer.release('closed')
    expect(kept[0]).toBe(0)
    kept[0] = 9
    expect(onlyLane(producer).memory.bytes[0]).toBe(5)
    producer.release('closed')
    expect(mappedRings()).toEqual([])
  })

  it('leaves nothing that fails afterwards', async () => {
    expectNothingLeft()
    const { consumer, producer } = await linked()
    consumer.onEnd = () => expect.unreachable()
    consumer.release('closed')
    producer.release('closed')
    consumer.look()
    onlyLane(consumer).wakePeer(WORD_DOORBELL)
    onlyLane(consumer).wakePeer(1)
    onlyLane(consumer).sleeper.disarm()
    onlyLane(consumer).sleeper.sleepSync(0, 1)
    expect(consumer.end).toBeUndefined()
  })
})
