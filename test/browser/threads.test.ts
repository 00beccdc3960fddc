import { beforeAll, expect, it } from 'vitest'
import { describeInChromium } from '../support/browser.js'
import type { Site } from '../support/browser-site.js'
import { reportOf } from './page/numbered-stream.js'
import type { Signs } from './page/signs-of-life.js'
import { openThreadsPage, serveThreadsSite } from './threads-site.js'

const million = 1_000_000
/** The other forms, which share their way of waiting with one that carries a million. */
const some = 100_000

/** Timers fired and frames were drawn meanwhile; of a short stream a quick machine may leave too little time for any. */
function expectLife({ timers, frames }: Signs, count: number): void {
  if (count < million) return
  expect(timers).toBeGreaterThan(4)
  expect(frames).toBeGreaterThan(0)
}

let site: Site
beforeAll(async () => {
  site = await serveThreadsSite()
  return () => site[Symbol.asyncDispose]()
})

describeInChromium('ThreadBus in a page', (browser) => {
  const open = () => openThreadsPage(browser(), site.isolated)

  it('is given shared memory by the two headers', async () => {
    const { page, complaints } = await open()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(complaints).toEqual([])
  })

  it('carries a million messages from worker to worker, each the right one', async () => {
    const { page, complaints } = await open()
    const exchange = await page.evaluate((count) => ringwayPage.betweenWorkers(count), million)
    expect(exchange).toEqual({ sent: reportOf(million), received: reportOf(million) })
    expect(complaints).toEqual([])
  })

  for (const [form, count] of [
    ['for await', million],
    ['recv', some],
    ['recvZeroCopy', some],
    ['drainBatch', million],
  ] as const) {
    it(`carries ${count} messages from a worker to the page, by ${form}, and the page lives on`, async () => {
      const { page, complaints } = await open()
      const exchange = await page.evaluate((args) => ringwayPage.intoPage(...args), [form, count] as const)
      expect(exchange).toMatchObject({ sent: reportOf(count), received: reportOf(count) })
      expectLife(exchange.signs, count)
      expect(complaints).toEqual([])
    })
  }

  for (const [form, count] of [
    ['send', million],
    ['sendZeroCopy', some],
  ] as const) {
    it(`carries ${count} messages from the page to a worker, by ${form}, and the page lives on`, async () => {
      const { page, complaints } = await open()
      const exchange = await page.evaluate((args) => ringwayPage.outOfPage(...args), [form, count] as const)
      expect(exchange).toMatchObject({ sent: reportOf(count), received: reportOf(count) })
      expectLife(exchange.signs, count)
      expect(complaints).toEqual([])
    })
  }

  it('finds a message that is not the right one', async () => {
    const { page } = await open()
    const report = await page.evaluate(() => {
      const check = new ringwayPage.StreamCheck()
      check.add(0, check.expected())
      const spoilt = check.expected().slice()
      spoilt[0] = (spoilt[0] ?? 0) ^ 1
      check.add(1, spoilt)
      return check.report
    })
    expect(report.firstWrong).toBe(1)
    expect(report.checksum).not.toBe(reportOf(2).checksum)
  })
})
