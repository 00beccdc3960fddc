import { describe, expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { HEAD_OFFSET, PRODUCER_WORD_OFFSET, TAIL_OFFSET, WORD_FUTEX } from '../../../src/ring/ring-descriptor.js'
import { type ScriptedLink, scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, isPending } from '../../support/bus/thread-pair.js'

/** The peer sleeps for room, so that the next tail we publish wakes it. */
function peerSleepsForRoom(link: ScriptedLink): void {
  Atomics.store(link.memory.words, PRODUCER_WORD_OFFSET / 4, WORD_FUTEX)
}

/** Messages so large that each commit publishes, and so wakes. */
function publish(link: ScriptedLink, ...firsts: number[]): void {
  const producer = link.producer()
  for (const first of firsts) producer.tryWrite(new Uint8Array(200).fill(first), 0)
  producer.publish()
}

describe('a peer found dead while a waiting receive takes a message', () => {
  for (const form of ['recv', 'recvZeroCopy'] as const) {
    it(`costs ${form} no message`, async () => {
      const { bus, link, sleeper } = scriptedBus('consumer', { hotUs: 0 })
      const received = bus[form]()
      publish(link, 1, 2)
      peerSleepsForRoom(link)
      link.onWakePeer = () => link.finish('peer-dead')
      sleeper.wake()
      const first = await received
      expect(first && ('data' in first ? first.data : first.bytes)[0]).toBe(1)
      if (first && 'commit' in first) first.commit()
      expect((await bus.recv())?.data[0]).toBe(2)
      await expect(bus.recv()).rejects.toEqual(coded(ErrorCode.peerDead))
    })
  }
})

describe('a peer found dead while a receive finds nothing', () => {
  for (const hotUs of [0, 50]) {
    it(`ends the receive with hotUs ${hotUs}`, async () => {
      const { bus, link } = scriptedBus('consumer', { hotUs })
      publish(link, 1)
      bus.tryRecvZeroCopy()?.commit()
      publish(link, 2)
      const guard = bus.tryRecvZeroCopy()
      const received = bus.recv()
      peerSleepsForRoom(link)
      link.onWakePeer = () => link.finish('peer-dead')
      guard?.commit()
      await expect(received).rejects.toEqual(coded(ErrorCode.peerDead))
    })
  }

  it('ends a receive that had not begun to wait', async () => {
    const { bus, link } = scriptedBus('consumer', { hotUs: 0 })
    const producer = link.producer()
    producer.tryWrite(bytes(1), 0)
    producer.publish()
    bus.tryRecv()
    peerSleepsForRoom(link)
    // The receive finds the ring empty, publishes the tail, and learns from the wake that nobody is there.
    link.onWakePeer = () => link.finish('peer-dead')
    await expect(bus.recv()).rejects.toEqual(coded(ErrorCode.peerDead))
  })
})

describe('a last message that comes while the peer is found dead', () => {
  for (const form of ['tryRecv', 'recv', 'recvZeroCopy', 'drainBatch', 'recvSync'] as const) {
    it(`is not lost to ${form}, which had found the ring empty`, async () => {
      const { bus, link } = scriptedBus('consumer', { hotUs: 0 })
      const producer = link.producer()
      const send = (first: number) => {
        producer.tryWrite(bytes(first), 0)
        producer.publish()
      }
      send(1)
      bus.tryRecv()
      peerSleepsForRoom(link)
      link.onWakePeer = () => {
        send(2)
        link.finish('peer-dead')
      }
      const found = form === 'drainBatch' ? (await bus.drainBatch(1))?.at(0) : await bus[form]()
      const last = found ?? bus.tryRecv()
      expect(last && ('data' in last ? last.data : last.bytes)[0]).toBe(2)
    })
  }
})

describe('a peer found dead while a waiting send is sent', () => {
  it('settles every send, and the first one once', async () => {
    const { bus, link, sleeper } = scriptedBus('producer', { hotUs: 0 })
    const consumer = link.consumer()
    while (bus.trySend(new Uint8Array(192)));
    const sends = [bus.send(bytes(1)), bus.send(bytes(2))]
    expect(await isPending(Promise.race(sends))).toBe(true)
    for (let count = 0; count < 2; count++) {
      consumer.peek()
      consumer.commit()
    }
    consumer.publish()
    Atomics.store(link.memory.words, 384 / 4, WORD_FUTEX)
    link.onWakePeer = () => link.finish('peer-dead')
    sleeper.wake()
    const outcomes = await Promise.allSettled(sends)
    expect(outcomes[0]?.status).toBe('fulfilled')
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: ErrorCode.peerDead } })
  })
})

describe('a ring found corrupt', () => {
  it('while a batch is taken delivers what came before, then ends the bus', async () => {
    const { bus, link, sleeper } = scriptedBus('consumer', { hotUs: 0 })
    const drained = bus.drainBatch(10)
    publish(link, 1)
    link.memory.words[HEAD_OFFSET / 4] = 512
    sleeper.wake()
    const batch = await drained
    expect(batch?.length).toBe(1)
    expect(bus.state).toBe('corrupt')
    batch?.commit()
    await expect(bus.drainBatch(10)).rejects.toEqual(coded(ErrorCode.corrupt))
  })

  it('by a waiting send rejects every send with one and the same error', async () => {
    const { bus, link, sleeper } = scriptedBus('producer', { hotUs: 0 })
    while (bus.trySend(new Uint8Array(192)));
    const sends = [bus.send(bytes(1)), bus.send(bytes(2))]
    link.memory.words[TAIL_OFFSET / 4] = 1
    sleeper.wake()
    const reasons = await Promise.all(sends.map((sent) => sent.catch((reason: unknown) => reason)))
    expect(reasons[0]).toEqual(coded(ErrorCode.corrupt))
    expect(reasons[1]).toBe(reasons[0])
    expect(await bus.closed).toEqual({ kind: 'corrupt', error: reasons[0] })
  })

  it('before its first use is thrown by the constructor, and nothing stays open', () => {
    let link: ScriptedLink | undefined
    try {
      scriptedBus('producer', {
        prepare: (prepared) => {
          link = prepared
          prepared.memory.words[TAIL_OFFSET / 4] = 64
        },
      })
      expect.unreachable()
    } catch (error) {
      expect(error).toEqual(coded(ErrorCode.corrupt))
    }
    expect(link?.released).toBe('corrupt')
  })
})

describe('closing', () => {
  it('from a continuation of one send rejects the others', async () => {
    const { bus, link, sleeper } = scriptedBus('producer', { hotUs: 0 })
    const consumer = link.consumer()
    while (bus.trySend(new Uint8Array(192)));
    const first = bus.send(new Uint8Array(192)).then(() => bus.close())
    const second = bus.send(new Uint8Array(192))
    second.catch(() => undefined)
    consumer.peek()
    consumer.commit()
    sleeper.wake()
    await first
    await expect(second).rejects.toBeInstanceOf(RingwayError)
    expect(link.released).toBe('closed')
  })

  it('twice releases once', () => {
    const { bus, link } = scriptedBus('producer')
    bus.close()
    link.released = undefined
    bus.close()
    expect(link.released).toBeUndefined()
  })
})
