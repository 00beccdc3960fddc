import { existsSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Endpoint } from '../../src/bus/endpoint.js'
import { endpointDefaults } from '../../src/bus/endpoint-options.js'
import {
  Bus,
  type BusConsumer,
  type BusProducer,
  type ConnectOptions,
  ErrorCode,
  type RingwayError,
} from '../../src/index.js'
import { HEAD_OFFSET, TAIL_OFFSET } from '../../src/ring/ring-descriptor.js'
import { connectLink } from '../../src/transport/connector.js'
import type { Link } from '../../src/transport/link.js'
import { listenLink } from '../../src/transport/listener.js'
import { numbered, SequenceCheck } from '../support/bus/numbered.js'
import { spawnChild } from '../support/child.js'
import { expectNothingLeft } from '../support/transport/leaks.js'
import { RawConnector } from '../support/transport/raw-connector.js'
import { socketFolder, socketPath } from '../support/transport/socket-folder.js'

interface MappedPair {
  readonly rx: BusConsumer
  readonly tx: BusProducer
  [Symbol.dispose](): void
}

/** Both ends of a mapped bus in this process. */
async function mappedPair(capacityBytes = 4096, options: ConnectOptions = {}): Promise<MappedPair> {
  const path = socketPath()
  const [rx, tx] = await Promise.all([
    Bus.listen(path, capacityBytes),
    Bus.connect(path, { ...options, role: 'producer', waitForListenerMs: 10_000 }),
  ])
  return {
    rx,
    tx,
    [Symbol.dispose]() {
      tx.close()
      rx.close()
    },
  }
}

describe('both ends of a bus in one process', () => {
  it('exchange messages through promise forms', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    const { tx, rx } = pair
    const sending = (async () => {
      for (let index = 0; index < 20_000; index++) await tx.send(numbered(index))
      tx.close()
    })()
    const check = new SequenceCheck()
    for await (const { data } of rx) check.take(data)
    await sending
    expect(check).toMatchObject({ count: 20_000, firstWrong: -1 })
  })

  it('know each other as this process, and as native', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    for (const bus of [pair.rx, pair.tx]) expect(bus.peer).toMatchObject({ pid: process.pid, native: true })
  })

  it.each(['recv', 'recvSync', 'drainBatch'])('exchange messages between two workers, through %s', async (form) => {
    const child = spawnChild('bus-end', ['', '', socketPath(), 'two-workers', `${form},20000`])
    const found = JSON.parse(await child.line(/outcome/)) as unknown
    expect(found).toMatchObject({ outcome: 'undefined', kind: 'peer-closed', count: 20_000, firstWrong: -1 })
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('a handler of consume', () => {
  it('sends on another bus, whatever that one needs to make room', async () => {
    expectNothingLeft()
    using inbound = await mappedPair()
    using outbound = await mappedPair(256)
    for (let index = 0; index < 30; index++) inbound.tx.trySend(numbered(index))
    const check = new SequenceCheck()
    const take = (view: DataView, offset: number) => check.takeNumber(view.getUint32(offset, true))
    inbound.rx.consume((view, offset, size) => {
      const data = new Uint8Array(view.buffer, view.byteOffset + offset, size)
      while (!outbound.tx.trySend(data)) outbound.rx.consume(take)
    })
    outbound.rx.consume(take)
    expect(check).toMatchObject({ count: 30, firstWrong: -1 })
  })

  it('closes its own bus, and reads the view it has without harm', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    pair.tx.trySend(numbered(1))
    pair.tx.trySend(numbered(2))
    const seen: number[] = []
    pair.rx.consume((view, offset) => {
      pair.rx.close()
      seen.push(view.getUint32(offset, true))
      view.setUint32(offset, 7, true)
    })
    expect(seen).toEqual([0])
    expect((await pair.tx.closed).kind).toBe('peer-closed')
  })
})

describe('a view that is kept after close', () => {
  it('reads zeros, and what is written to it does not reach the peer', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    const guard = pair.tx.trySendZeroCopy(4)
    const kept = guard?.bytes as Uint8Array
    kept.fill(7)
    guard?.commit()
    pair.tx.close()
    expect(kept).toEqual(new Uint8Array(4))
    kept.fill(9)
    expect(pair.rx.tryRecv()?.data).toEqual(new Uint8Array(4).fill(7))
  })

  it('is zeros in an open guard of the consumer, too', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    pair.tx.trySend(numbered(7))
    const kept = pair.rx.tryRecvZeroCopy()?.bytes
    pair.rx.close()
    expect(kept).toEqual(new Uint8Array(4))
  })
})

describe('a thousand buses', () => {
  it('leave no descriptor, mapping, socket file, thread or timer', async () => {
    const child = spawnChild('bus-cycles', [socketFolder(), '1000'], { nodeOptions: ['--expose-gc'] })
    const { before, after } = await child.json<Record<'before' | 'after', Record<string, number>>>()
    // Address ranges are given back when their buffers are collected: 2000 would be there if they were not. The engine's own
    // heap takes some hundred as it grows.
    const { ranges: rangesBefore = 0, ...countsBefore } = before
    const { ranges: rangesAfter = 0, ...countsAfter } = after
    expect(countsAfter).toEqual(countsBefore)
    expect(countsAfter).toMatchObject({ rings: 0, files: 0 })
    expect(rangesAfter - rangesBefore).toBeLessThan(500)
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' })
  })
})

/** A bus over a link that a test has prepared. */
class PreparedBus extends Endpoint {
  constructor(link: Link) {
    super(link, endpointDefaults({}))
  }
}

interface PairFrom {
  readonly rx: PreparedBus
  readonly tx: PreparedBus
  /** The ring's header and data, in whole positions. */
  readonly longs: BigInt64Array
}

/** Both ends of a mapped bus whose positions begin elsewhere than at 0, as after a long life. */
async function pairFrom(position: bigint, capacityBytes: number): Promise<PairFrom> {
  const path = socketPath()
  const [listening, connecting] = await Promise.all([
    listenLink(path, [capacityBytes], { role: 'consumer' }),
    connectLink(path, 1, { role: 'producer', waitForListenerMs: 10_000 }),
  ])
  const longs = listening.lanes[0]?.memory.longs as BigInt64Array
  for (const offset of [HEAD_OFFSET, TAIL_OFFSET]) Atomics.store(longs, offset / 8, position)
  return { rx: new PreparedBus(listening), tx: new PreparedBus(connecting), longs }
}

describe.each([
  ['2^32', 2n ** 32n],
  ['2^53', 2n ** 53n],
  ['2^63', 2n ** 63n],
])('positions that cross %s', (_, boundary) => {
  const count = 5000
  const start = boundary - 64n * 2n * 1000n

  it.each([
    ['send', 'recv'],
    ['a corked trySend', 'consume'],
  ])('lose nothing between %s and %s', async (sendForm) => {
    expectNothingLeft()
    const { tx, rx, longs } = await pairFrom(BigInt.asIntN(64, start), 4096)
    const check = new SequenceCheck()
    if (sendForm === 'send') {
      const sending = (async () => {
        for (let index = 0; index < count; index++) await tx.send(numbered(index))
      })()
      while (check.count < count) check.take((await rx.recv())?.data as Uint8Array)
      await sending
    } else {
      const take = (view: DataView, offset: number) => check.takeNumber(view.getUint32(offset, true))
      tx.cork()
      for (let index = 0; index < count; index++) while (!tx.trySend(numbered(index))) rx.consume(take)
      tx.uncork()
      while (rx.consume(take) > 0);
    }
    expect(check).toMatchObject({ count, firstWrong: -1 })
    expect(rx.tryRecv()).toBeUndefined()
    expect([tx.bytesUsed, rx.bytesUsed]).toEqual([0, 0])
    const end = BigInt.asIntN(64, start + 128n * BigInt(count))
    expect([Atomics.load(longs, HEAD_OFFSET / 8), Atomics.load(longs, TAIL_OFFSET / 8)]).toEqual([end, end])
    tx.close()
    rx.close()
  })
})

describe('what Bus is asked for', () => {
  it.each([
    { role: 'reader' },
    { hotUs: -1 },
    { timeoutMs: -1 },
    { timeoutMs: 'soon' },
    { waitForListenerMs: 'y' },
    { waitForListenerMs: Number.NaN },
    { maxCapacityBytes: 1.5 },
    { allow: true },
    { onListening: 1 },
    { onPeerError: {} },
  ])('is refused before anything happens, if it is %o', async (wrong) => {
    expectNothingLeft()
    const path = socketPath()
    const options = wrong as { hotUs: number }
    const refused = { code: ErrorCode.invalidArgument }
    await expect(Bus.listen(path, 4096, options)).rejects.toMatchObject(refused)
    await expect(Bus.connect(path, options)).rejects.toMatchObject(refused)
    expect(() => Bus.accept(path, 4096, options)).toThrow(expect.objectContaining(refused))
    expect(() => Bus.listenSync(path, 4096, options)).toThrow(expect.objectContaining(refused))
    expect(() => Bus.connectSync(path, options)).toThrow(expect.objectContaining(refused))
    expect(existsSync(path)).toBe(false)
  })

  it('is refused by the kernel, if it is a NUMA node that is not there', async () => {
    expectNothingLeft()
    using pair = await mappedPair()
    expect(() => pair.tx.setNumaNode(1023)).toThrow(expect.objectContaining({ code: ErrorCode.system }))
    expect(pair.tx.trySend(numbered(1))).toBe(true)
  })
})

describe('a bus of 2^31 bytes', () => {
  it('is refused by a connector that was not told of such sizes', async () => {
    expectNothingLeft()
    const path = socketPath()
    const abort = new AbortController()
    const listening = Bus.listen(path, 2 ** 31, { signal: abort.signal })
    await expect(Bus.connect(path, { waitForListenerMs: 10_000 })).rejects.toMatchObject({
      code: ErrorCode.capacityLimit,
    })
    abort.abort('enough')
    await expect(listening).rejects.toBe('enough')
    expect(existsSync(path)).toBe(false)
  })

  it('carries messages of many sizes to one that was', async () => {
    expectNothingLeft()
    using pair = await mappedPair(2 ** 31, { maxCapacityBytes: 2 ** 31 })
    const { tx, rx } = pair
    expect(tx.maxPayloadBytes).toBe(2 ** 30 - 64)
    const sizes = [0, 1, 65, 1 << 16, 1 << 22]
    for (const size of sizes) await tx.send(new Uint8Array(size).fill(size % 251), size)
    for (const size of sizes) {
      const message = await rx.recv()
      expect(message).toMatchObject({ typeId: size })
      expect(message?.data.every((byte) => byte === size % 251)).toBe(true)
    }
    expect(() => tx.trySendZeroCopy(2 ** 30 - 63)).toThrow(/1073741761 bytes/)
  })
})

describe('two listeners of one path', () => {
  it('are refused, and the first one lives on', async () => {
    expectNothingLeft()
    const path = socketPath()
    let second: Promise<unknown> | undefined
    const onListening = () => {
      second = expect(Bus.listen(path, 4096)).rejects.toMatchObject({ code: ErrorCode.pathInUse })
    }
    const [rx, tx] = await Promise.all([
      Bus.listen(path, 4096, { onListening }),
      Bus.connect(path, { waitForListenerMs: 10_000 }).then(async (bus) => {
        await second
        return bus
      }),
    ])
    tx.close()
    rx.close()
  })
})

describe('Bus.accept', () => {
  it('gives a bus, and a ring of its own, to each peer', async () => {
    expectNothingLeft()
    const path = socketPath()
    const accepted = Bus.accept(path, 4096)
    const buses: BusConsumer[] = []
    const producers: BusProducer[] = []
    for (let peer = 0; peer < 3; peer++) {
      const [next, tx] = await Promise.all([accepted.next(), Bus.connect(path, { waitForListenerMs: 10_000 })])
      buses.push(next.value as BusConsumer)
      producers.push(tx)
    }
    for (const [peer, tx] of producers.entries()) tx.trySend(Uint8Array.of(peer))
    for (const [peer, rx] of buses.entries()) expect((await rx.recv())?.data[0]).toBe(peer)
    await accepted.return()
    expect(existsSync(path)).toBe(false)
    for (const bus of [...buses, ...producers]) bus.close()
  })

  it('reports a peer that has spoilt its ring before the bus was made, and goes on to the next one', async () => {
    expectNothingLeft()
    const path = socketPath()
    const errors: RingwayError[] = []
    const onPeerError = (error: RingwayError) => errors.push(error)
    let spoilt: Promise<void> | undefined
    const onListening = () => {
      spoilt = spoilRing(path)
    }
    const accepted = Bus.accept(path, 4096, { role: 'producer', onPeerError, onListening })
    const next = accepted.next()
    await vi.waitFor(() => expect(spoilt).toBeDefined())
    await spoilt
    const rx = await Bus.connect(path, { role: 'consumer' })
    const { value: tx } = await next
    expect(errors).toMatchObject([{ code: ErrorCode.corrupt }])
    await (tx as BusProducer).send(numbered(3))
    expect((await rx.recv())?.data).toEqual(numbered(3))
    await accepted.return()
    rx.close()
    ;(tx as BusProducer).close()
  })
})

describe('Bus.listen', () => {
  it('rejects when its peer has spoilt the ring before the bus was made, and leaves nothing behind', async () => {
    expectNothingLeft()
    const path = socketPath()
    let spoilt: Promise<void> | undefined
    const onListening = () => {
      spoilt = spoilRing(path)
    }
    await expect(Bus.listen(path, 4096, { role: 'producer', onListening })).rejects.toMatchObject({
      code: ErrorCode.corrupt,
    })
    await spoilt
  })
})

/** A foreign peer that moves the tail past the head, and hangs up. */
async function spoilRing(path: string): Promise<void> {
  const connector = new RawConnector(path)
  const { words, mapping } = await connector.takeOffer()
  words[TAIL_OFFSET / 4] = 64
  connector.socket.close()
  mapping.release()
}
