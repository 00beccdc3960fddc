import { expect, it } from 'vitest'
import { describePeer } from '../support/describe-peer.js'
import { everyPlaceAndRole, exchange, largestPayload, largestPayloadForStockConsumer } from '../support/exchange.js'
import type { PeerProgram } from '../support/peer.js'
import { tachyonInPython, tachyonInRust } from '../support/tachyon.js'

const mixedSizes = '0,1,63-65,0-200'
const mebibyte = 2 ** 20

/** See the same words in stand-in.test.ts: a busy scheduler is late now and then, a lost wake-up in every run. */
const wakeBench = { retry: 2 }

function exchanges(program: PeerProgram, count: number): void {
  it.each(everyPlaceAndRole)('that %ss and %ss exchanges a million messages with us', async (place, role) => {
    await exchange(program, { place, role, count: 1_000_000, sizes: mixedSizes, capacity: mebibyte, seed: 29 })
  })

  it.each(['sync', 'async', 'guard', 'batch', 'consume'])('is received from in the form %s', async (form) => {
    await exchange(program, {
      place: 'listen',
      role: 'produce',
      count: 50_000,
      sizes: mixedSizes,
      seed: 31,
      ours: { form },
    })
  })

  it.each(['sync', 'async', 'guard', 'cork'])('is sent to in the form %s', async (form) => {
    await exchange(program, {
      place: 'connect',
      role: 'consume',
      count: 50_000,
      sizes: mixedSizes,
      seed: 37,
      ours: { form },
    })
  })

  it.each([256, 4096, 65536, mebibyte])(
    'fills a ring of %i bytes with every size up to the largest',
    async (capacity) => {
      const most = largestPayload(capacity)
      const sizes = `0,${most},1,0-${most}`
      const count = capacity === mebibyte ? 1000 : 10_000
      await exchange(program, { place: 'connect', role: 'produce', capacity, count, sizes, seed: 41 })
    },
  )

  it.each([4096, 65536, mebibyte])('takes every size that can flow through a ring of %i bytes', async (capacity) => {
    const most = largestPayloadForStockConsumer(capacity)
    await exchange(program, {
      place: 'listen',
      role: 'consume',
      capacity,
      count: 10_000,
      sizes: `0,${most},0-${most}`,
      seed: 43,
    })
  })

  it('produces payloads of 4 KiB on a ring of 64 KiB without stalling on us, as it does on its like', async () => {
    await exchange(program, { place: 'listen', role: 'produce', count: 5_000, sizes: '4096' })
  })

  it.each([0, 3, 33])('flushes every %i messages and reaches us all the same', async (flushEvery) => {
    await exchange(program, {
      place: 'connect',
      role: 'produce',
      count: 20_000,
      sizes: mixedSizes,
      foreign: { flushEvery },
    })
  })

  it('rolls back behind a skip marker, flushes it, and makes us neither repeat nor lose a message', async () => {
    const foreign = { rollbackEvery: 1, flushEvery: 0, pauseEvery: 1, pauseUs: '50-300' }
    await exchange(program, { place: 'listen', role: 'produce', count: 2_000, sizes: '850', seed: 47, foreign })
  })

  it('drains batches of what we send', async () => {
    await exchange(program, {
      place: 'connect',
      role: 'consume',
      count: 50_000,
      sizes: mixedSizes,
      foreign: { batch: 50 },
    })
  })

  it('asks for pure spin, overwrites that with its own sleeps, and gets every message', async () => {
    const foreign = { wait: 'spin-blocking', spins: 10 }
    await exchange(program, { place: 'connect', role: 'consume', count: 50_000, sizes: mixedSizes, foreign })
  })

  it.each(['sync', 'async'])(`wakes us from our sleeps (%s), never later than 50 ms`, wakeBench, async (form) => {
    const { consumer } = await exchange(program, {
      place: 'connect',
      role: 'produce',
      count,
      wakeBench: true,
      foreign: { pauseEvery: 1, pauseUs: '100-300' },
      ours: { form },
    })
    expect(consumer.sleeps).toBeGreaterThan(count / 10)
    expect(consumer.lateMessages).toBe(0)
  })

  it(`is woken by us from its sleeps, never later than 50 ms`, wakeBench, async () => {
    const { consumer } = await exchange(program, {
      place: 'connect',
      role: 'consume',
      count,
      wakeBench: true,
      foreign: { spins: 0 },
      ours: { pauseUs: '100-200' },
    })
    expect(consumer.sleeps).toBeGreaterThan(count / 10)
    expect(consumer.lateMessages).toBe(0)
  })
}

describePeer(tachyonInRust(), 'the real Tachyon, its Rust package', (program) => exchanges(program, 20_000))
describePeer(tachyonInPython(), 'the real Tachyon of PyPI', (program) => exchanges(program, 5_000))
