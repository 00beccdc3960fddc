import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { CONSUMER_WORD_OFFSET } from '../../src/ring/ring-descriptor.js'
import { describeInChromium } from '../support/browser.js'
import type { Site } from '../support/browser-site.js'
import { openThreadsPage, serveThreadsSite } from './threads-site.js'

let site: Site
beforeAll(async () => {
  site = await serveThreadsSite()
  return () => site[Symbol.asyncDispose]()
})

const instrumentsOf = (page: Page) => page.evaluate(() => instruments)

describeInChromium('a page that waits', (browser) => {
  const open = () => openThreadsPage(browser(), site.isolated)

  it('for messages sleeps in Atomics.waitAsync, and is woken', async () => {
    const { page, complaints } = await open()
    const { sent, received, woken } = await page.evaluate(() => ringwayPage.napsOfConsumer(100, 40))
    expect(received).toEqual(sent)
    expect(received).toMatchObject({ messages: 4000, firstWrong: -1 })
    expect(woken).toBeGreaterThanOrEqual(100)
    expect(complaints).toEqual([])
  })

  it('for room sleeps in Atomics.waitAsync, and is woken', async () => {
    const { page, complaints } = await open()
    const { sent, received, woken } = await page.evaluate(() => ringwayPage.napsOfProducer(50, 300))
    expect(received).toEqual(sent)
    expect(received.firstWrong).toBe(-1)
    expect(received.messages).toBeGreaterThan(50 * 300)
    expect(woken).toBeGreaterThanOrEqual(50)
    expect(complaints).toEqual([])
  })

  it('does nothing at all until it is woken', async () => {
    const { page } = await open()
    const receiving = page.evaluate(async () => {
      const buffer = ringwayPage.ThreadBus.allocate(4096)
      const bus = new ringwayPage.ThreadBus(buffer, 'consumer')
      const producer = new ringwayPage.Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      const woken = new Promise<void>((resolve) => addEventListener('click', () => resolve(), { once: true }))
      void woken.then(() => producer.tell({ do: 'go-on', count: 1 }))
      const message = await bus.recv()
      bus.close()
      producer.terminate()
      return message?.typeId
    })
    const word = CONSUMER_WORD_OFFSET / 4
    await expect.poll(async () => (await instrumentsOf(page)).sleeps[word]?.pending).toBe(1)
    const before = await instrumentsOf(page)
    await page.waitForTimeout(1000)
    expect(await instrumentsOf(page)).toEqual(before)
    await page.evaluate(() => dispatchEvent(new Event('click')))
    expect(await receiving).toBe(0)
    expect((await instrumentsOf(page)).sleeps[word]).toEqual({ pending: 0, woken: 1 })
  })

  it('that looked again and again would be found out', async () => {
    const { page } = await open()
    const before = await instrumentsOf(page)
    await page.evaluate(() => {
      const look = () => void setTimeout(look)
      look()
    })
    await page.waitForTimeout(100)
    expect(await instrumentsOf(page)).not.toEqual(before)
  })

  it('never for a timer: those of a hidden page are late by a second', async () => {
    const { page } = await open()
    const calls = await page.evaluate(async () => {
      const buffer = ringwayPage.ThreadBus.allocate(1 << 16)
      const producer = new ringwayPage.ThreadBus(buffer, 'producer')
      const consumer = new ringwayPage.ThreadBus(buffer, 'consumer')
      for (let index = 0; index < 10_000; index++) {
        await producer.send(Uint8Array.of(1), index)
        await consumer.recv()
      }
      producer.close()
      consumer.close()
      return instruments.calls
    })
    expect(calls['setTimeout']).toBe(0)
    // The loop had its turns all the same.
    expect(calls['postMessage']).toBeGreaterThan(30)
  })

  it('gives up at its time-out and its signal, and misses nothing after that', async () => {
    const { page, complaints } = await open()
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, failureOf, asleep } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const bus = new ThreadBus(buffer, 'consumer')
      const producer = new ringwayPage.Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      const timedOut = await failureOf(() => bus.recv({ timeoutMs: 5 }))
      const leaving = new AbortController()
      const aborted = bus.recv({ signal: leaving.signal }).catch((reason) => String(reason))
      leaving.abort('left')
      const left = await aborted
      const next = bus.recv()
      await asleep('consumer')
      await producer.tell({ do: 'go-on', count: 1 })
      const typeId = (await next)?.typeId
      bus.close()
      producer.terminate()
      return { code: timedOut?.code, left, typeId }
    })
    expect(outcome).toEqual({ code: 'ERR_RINGWAY_TIMEOUT', left: 'left', typeId: 0 })
    expect(complaints).toEqual([])
  })

  it('may ask for pureSpin, and sleeps', async () => {
    const { page, complaints } = await open()
    const typeIds = await page.evaluate(async () => {
      const buffer = ringwayPage.ThreadBus.allocate(4096)
      const bus = new ringwayPage.ThreadBus(buffer, 'consumer', { pureSpin: true })
      const producer = new ringwayPage.Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      const received: number[] = []
      for (let round = 0; round < 3; round++) {
        const next = bus.recv()
        await ringwayPage.asleep('consumer')
        await producer.tell({ do: 'go-on', count: 1 })
        received.push((await next)?.typeId ?? -1)
      }
      bus.close()
      producer.terminate()
      return received
    })
    expect(typeIds).toEqual([0, 1, 2])
    expect(complaints).toEqual([])
  })
})
