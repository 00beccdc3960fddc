import { beforeAll, expect, it } from 'vitest'
import { describeInChromium } from '../support/browser.js'
import type { Site } from '../support/browser-site.js'
import { openThreadsPage, serveThreadsSite } from './threads-site.js'

let site: Site
beforeAll(async () => {
  site = await serveThreadsSite()
  return () => site[Symbol.asyncDispose]()
})

const unsupported = (part: string) => ({
  code: 'ERR_RINGWAY_UNSUPPORTED',
  message: expect.stringContaining(part),
})

describeInChromium("a page's main thread", (browser) => {
  it('is refused every Sync form that receives, is told what to await instead, and may go on', async () => {
    const { page, complaints } = await openThreadsPage(browser(), site.isolated)
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, failureOf } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const consumer = new ThreadBus(buffer, 'consumer')
      const producer = new ThreadBus(buffer, 'producer')
      // Refused although there is a message: not today alone, when there happens to be one.
      producer.trySend(Uint8Array.of(1), 7)
      const failures = {
        recv: await failureOf(() => consumer.recvSync()),
        recvZeroCopy: await failureOf(() => consumer.recvZeroCopySync({ timeoutMs: 0 })),
        drainBatch: await failureOf(() => consumer.drainBatchSync(3)),
        messages: await failureOf(() => [...consumer.messagesSync()]),
      }
      const next = (await consumer.recv())?.typeId
      producer.close()
      consumer.close()
      return { failures, next }
    })
    expect(outcome).toEqual({
      failures: {
        recv: unsupported('await recv()'),
        recvZeroCopy: unsupported('await recvZeroCopy()'),
        drainBatch: unsupported('await drainBatch()'),
        messages: unsupported('await recv()'),
      },
      next: 7,
    })
    expect(complaints).toEqual([])
  })

  it('is refused every Sync form that sends, though there is room', async () => {
    const { page, complaints } = await openThreadsPage(browser(), site.isolated)
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, failureOf } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const consumer = new ThreadBus(buffer, 'consumer')
      const producer = new ThreadBus(buffer, 'producer')
      const failures = {
        send: await failureOf(() => producer.sendSync(Uint8Array.of(1))),
        sendZeroCopy: await failureOf(() => producer.sendZeroCopySync(10)),
      }
      await producer.send(Uint8Array.of(2), 7)
      const next = consumer.tryRecv()?.typeId
      producer.close()
      consumer.close()
      return { failures, next }
    })
    expect(outcome).toEqual({
      failures: { send: unsupported('await send()'), sendZeroCopy: unsupported('await sendZeroCopy()') },
      next: 7,
    })
    expect(complaints).toEqual([])
  })
})

describeInChromium('text in a page', (browser) => {
  it('is decoded from copies, as decoders refuse shared memory', async () => {
    const { page, complaints } = await openThreadsPage(browser(), site.isolated)
    const texts = await page.evaluate(async () => {
      const { ThreadBus } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const consumer = new ThreadBus(buffer, 'consumer')
      const producer = new ThreadBus(buffer, 'producer')
      for (let at = 0; at < 3; at++) await producer.send(new TextEncoder().encode('größer'))
      const message = await consumer.recv()
      const guard = await consumer.recvZeroCopy()
      const inPlace = guard?.text()
      guard?.commit()
      const batch = await consumer.drainBatch(1)
      const inBatch = batch?.at(0)?.text()
      batch?.commit()
      producer.close()
      consumer.close()
      return [message?.text(), inPlace, inBatch]
    })
    expect(texts).toEqual(['größer', 'größer', 'größer'])
    expect(complaints).toEqual([])
  })
})

describeInChromium('a page that is not cross-origin isolated', (browser) => {
  it('is told so, and which headers are missing', async () => {
    const { page, complaints } = await openThreadsPage(browser(), site.plain)
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, failureOf } = ringwayPage
      const notShared = new ArrayBuffer(1024) as unknown as SharedArrayBuffer
      return {
        crossOriginIsolated,
        allocate: await failureOf(() => ThreadBus.allocate(4096)),
        construct: await failureOf(() => new ThreadBus(notShared, 'consumer')),
      }
    })
    expect(outcome).toEqual({
      crossOriginIsolated: false,
      allocate: unsupported('Cross-Origin-Embedder-Policy: require-corp'),
      construct: unsupported('Cross-Origin-Opener-Policy: same-origin'),
    })
    expect(complaints).toEqual([])
  })

  it('has workers that are told so', async () => {
    const { page, complaints } = await openThreadsPage(browser(), site.plain)
    const message = await page.evaluate(async () => {
      const worker = new ringwayPage.Colleague('producer')
      const buffer = new ArrayBuffer(1024) as unknown as SharedArrayBuffer
      const failure = await worker.tell({ do: 'open', buffer }).catch((error: Error) => error.message)
      worker.terminate()
      return failure
    })
    expect(message).toContain('ERR_RINGWAY_UNSUPPORTED: There is no SharedArrayBuffer here')
    expect(complaints).toEqual([])
  })
})
