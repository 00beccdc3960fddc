import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { Bus, ErrorCode } from '../../src/index.js'
import { describePeer } from '../support/describe-peer.js'
import {
  everyPlaceAndRole,
  exchange,
  largestPayload,
  largestPayloadForStockConsumer,
  startExchange,
} from '../support/exchange.js'
import { MessageStream, StreamDigest } from '../support/message-stream.js'
import { heldResultOf, type Place, type Role, resultOf, startPeer } from '../support/peer.js'
import { standIn } from '../support/stand-in.js'
import { temporaryPath } from '../support/temporary-path.js'

const mixedSizes = '0,1,63-65,0-200'
const mebibyte = 2 ** 20

/** Each place of the peer with each of these. */
function eachPlaceWith<T>(values: readonly T[]): [Place, T][] {
  return (['listen', 'connect'] as const).flatMap((place) => values.map((value): [Place, T] => [place, value]))
}

/**
 * On a busy machine the scheduler alone may keep a process waiting for longer than 50 ms now and then. A protocol that
 * loses wake-ups loses some in every run.
 */
const wakeBench = { retry: 2 }

describePeer(standIn(), 'a stand-in peer', (program) => {
  it.each(everyPlaceAndRole)('that %ss and %ss exchanges a million messages with us', async (place, role) => {
    await exchange(program, { place, role, count: 1_000_000, sizes: mixedSizes, capacity: mebibyte, seed: 7 })
  })

  it.each(eachPlaceWith(['sync', 'async', 'guard', 'batch', 'consume']))(
    'that %ss and produces is received from in the form %s',
    async (place, form) => {
      await exchange(program, { place, role: 'produce', count: 100_000, sizes: mixedSizes, seed: 11, ours: { form } })
    },
  )

  it.each(eachPlaceWith(['sync', 'async', 'guard', 'cork']))(
    'that %ss and consumes is sent to in the form %s',
    async (place, form) => {
      await exchange(program, { place, role: 'consume', count: 100_000, sizes: mixedSizes, seed: 13, ours: { form } })
    },
  )

  it.each(eachPlaceWith([256, 512, 1024, 4096, 65536, mebibyte]))(
    'that %ss and produces fills a ring of %i bytes with every size up to the largest',
    async (place, capacity) => {
      const most = largestPayload(capacity)
      const count = capacity === mebibyte ? 1_500 : 20_000
      await exchange(program, { place, role: 'produce', capacity, count, sizes: `0,${most},1,0-${most}`, seed: 17 })
    },
  )

  it.each(eachPlaceWith([4096, 8192, 65536, mebibyte]))(
    'that %ss and consumes takes every size that can flow through a ring of %i bytes',
    async (place, capacity) => {
      const most = largestPayloadForStockConsumer(capacity)
      await exchange(program, {
        place,
        role: 'consume',
        capacity,
        count: 20_000,
        sizes: `0,${most},0-${most}`,
        seed: 19,
      })
    },
  )

  it('that produces payloads of 4 KiB on a ring of 64 KiB does not stall on us, as it does on its like', async () => {
    await exchange(program, { place: 'listen', role: 'produce', count: 5_000, sizes: '4096' })
  })

  it.each([0, 3, 31, 33])('that flushes every %i messages reaches us all the same', async (flushEvery) => {
    const foreign = { flushEvery }
    await exchange(program, { place: 'connect', role: 'produce', count: 50_000, sizes: mixedSizes, foreign })
  })

  it('that rolls back behind a skip marker and flushes it makes us neither repeat nor lose a message', async () => {
    const foreign = { rollbackEvery: 1, flushEvery: 0, pauseEvery: 1, pauseUs: '50-300' }
    await exchange(program, { place: 'listen', role: 'produce', count: 2_000, sizes: '850', seed: 23, foreign })
  })

  it.each(['futex', 'spin', 'spin-blocking', 'poll'])('that waits by %s gets every message', async (wait) => {
    const foreign = { wait, spins: 50 }
    await exchange(program, { place: 'connect', role: 'consume', count: 50_000, sizes: mixedSizes, foreign })
  })

  it('that produces for a consumer which never sleeps gets every message through', async () => {
    const ours = { pureSpin: true, form: 'sync' }
    await exchange(program, { place: 'connect', role: 'produce', count: 50_000, sizes: mixedSizes, ours })
  })

  it.each(['sync', 'async'])('wakes us from 20 000 sleeps (%s), never later than 50 ms', wakeBench, async (form) => {
    const { producer, consumer } = await exchange(program, {
      place: 'connect',
      role: 'produce',
      count: 20_500,
      wakeBench: true,
      foreign: { pauseEvery: 1, pauseUs: '0-20' },
      ours: { form },
    })
    expect(producer.sleeps).toBeGreaterThan(20_000)
    expect(consumer.lateMessages).toBe(0)
  })

  it('is woken by us from 20 000 sleeps, never later than 50 ms', wakeBench, async () => {
    const { consumer } = await exchange(program, {
      place: 'connect',
      role: 'consume',
      count: 30_000,
      wakeBench: true,
      foreign: { spins: 0 },
      ours: { pauseUs: '60-160' },
    })
    expect(consumer.sleeps).toBeGreaterThan(20_000)
    expect(consumer.lostWakes).toBe(0)
    expect(consumer.lateMessages).toBe(0)
  })

  it.each(
    [2 ** 32, 2 ** 53].flatMap((boundary) =>
      (['produce', 'consume'] as const).map((role): [number, Role] => [boundary, role]),
    ),
  )('that starts just below position %i and %ss crosses it with us', async (boundary, role) => {
    const foreign = { startPosition: boundary - 128 * 64 }
    await exchange(program, { place: 'listen', role, count: 50_000, sizes: mixedSizes, capacity: 16384, foreign })
  })

  it('that is killed in mid-stream has everything delivered that it had published, and then the end is seen', async () => {
    const path = temporaryPath()
    const peer = startPeer(program, 'listen', 'produce', path, { count: 1000, dieAt: 777, sizes: mixedSizes })
    await using bus = await Bus.connect(path, { role: 'consumer', waitForListenerMs: 10_000 })
    const stream = new MessageStream(1, mixedSizes)
    let received = 0
    for await (const { data, typeId } of bus) {
      stream.next()
      expect(stream.equals(data, typeId)).toBe(true)
      received += 1
    }
    expect(received).toBe(777)
    expect(await bus.closed).toMatchObject({ kind: 'peer-exited' })
    expect((await peer.exited).signal).toBe('SIGKILL')
  })

  it('that is killed while it consumes ends every wait for room with its own error', async () => {
    const path = temporaryPath()
    startPeer(program, 'listen', 'consume', path, { dieAt: 100, count: 1_000_000, sizes: '64' })
    await using bus = await Bus.connect(path, { waitForListenerMs: 10_000 })
    const stream = new MessageStream(1, '64')
    const sendForEver = async () => {
      for (;;) {
        stream.next()
        await bus.send(stream.payload(), stream.typeId)
      }
    }
    await expect(sendForEver()).rejects.toMatchObject({ code: ErrorCode.peerExited })
    expect(await bus.closed).toMatchObject({ kind: 'peer-exited' })
  })

  it('that closes and lives on has all its messages received', async () => {
    const { foreign, ours } = await startExchange(program, {
      place: 'listen',
      role: 'produce',
      count: 500,
      foreign: { hold: true },
      ours: { stopAtCount: true },
    })
    const consumed = await resultOf(ours)
    const produced = await heldResultOf(foreign)
    expect(consumed).toMatchObject({ firstWrong: -1, hash: produced.hash, messages: 500 })
    foreign.process.stdin.end()
    expect((await foreign.exited).code).toBe(0)
  })

  it.each([256, 1024, 2048])(
    'in front of a ring of %i bytes is not sent what could stall for ever',
    async (capacity) => {
      const path = temporaryPath()
      startPeer(program, 'listen', 'consume', path, { capacity })
      await using bus = await Bus.connect(path, { waitForListenerMs: 10_000 })
      expect(() => bus.trySend(new Uint8Array(0))).toThrow(expect.objectContaining({ code: ErrorCode.wouldStall }))
      expect(() => bus.trySend(new Uint8Array(capacity))).toThrow(expect.objectContaining({ code: ErrorCode.tooLarge }))
    },
  )

  it('is sent by allowStall what could stall, as far as there is room', async () => {
    const path = temporaryPath()
    const peer = startPeer(program, 'listen', 'consume', path, { capacity: 1024, count: 4, sizes: '100' })
    await using bus = await Bus.connect(path, { waitForListenerMs: 10_000, allowStall: true })
    const stream = new MessageStream(1, '100')
    const digest = new StreamDigest()
    for (let i = 0; i < 4; i++) {
      stream.next()
      bus.sendSync(stream.payload(), stream.typeId)
      digest.add(stream.payload(), stream.typeId)
    }
    expect(await resultOf(peer)).toMatchObject({ firstWrong: -1, hash: digest.hash })
  })

  it('that listens survives our attempt to listen on its path', async () => {
    const path = temporaryPath()
    const peer = startPeer(program, 'listen', 'produce', path, { count: 10 })
    await peer.line('{"event":"listening"}')
    await expect(Bus.listen(path, 4096)).rejects.toMatchObject({ code: ErrorCode.pathInUse })
    await using bus = await Bus.connect(path, { role: 'consumer' })
    expect(await bus.recv()).toMatchObject({ typeId: 0xffff_ffff })
    expect((await resultOf(peer)).messages).toBe(10)
  })

  it('unlinks whatever is at its path, closes right after its 32 bytes, and leaves no path behind', async () => {
    const path = temporaryPath()
    writeFileSync(path, 'somebody else put this here')
    const peer = startPeer(program, 'listen', 'produce', path, { count: 1 })
    await peer.line('{"event":"listening"}')
    const connection = connect(path)
    const closed = once(connection, 'close')
    const [bytes] = (await once(connection, 'data')) as [Buffer]
    expect(bytes).toHaveLength(32)
    await closed
    await resultOf(peer)
    expect(existsSync(path)).toBe(false)
  })
})
