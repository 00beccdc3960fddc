import { beforeAll, expect, it } from 'vitest'
import { describeInChromium } from '../support/browser.js'
import type { Site } from '../support/browser-site.js'
import { openThreadsPage, serveThreadsSite } from './threads-site.js'

let site: Site
beforeAll(async () => {
  site = await serveThreadsSite()
  return () => site[Symbol.asyncDispose]()
})

describeInChromium('the end of a bus in a page', (browser) => {
  const open = () => openThreadsPage(browser(), site.isolated)

  it('comes to a page that sleeps, when the worker closes', async () => {
    const { page, complaints } = await open()
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, Colleague, asleep, failureOf } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const bus = new ThreadBus(buffer, 'consumer')
      const producer = new Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      const receiving = bus.recv()
      await asleep('consumer')
      await producer.tell({ do: 'close' })
      const message = await receiving
      const end = await bus.closed
      const tried = await failureOf(() => bus.tryRecv())
      producer.terminate()
      return { nothing: message === undefined, end, state: bus.state, code: tried?.code }
    })
    expect(outcome).toEqual({
      nothing: true,
      end: { kind: 'peer-closed' },
      state: 'peer-closed',
      code: 'ERR_RINGWAY_PEER_CLOSED',
    })
    expect(complaints).toEqual([])
  })

  it('comes to a worker that blocks for messages, when the page closes', async () => {
    const { page, complaints } = await open()
    const report = await page.evaluate(async () => {
      const { ThreadBus, Colleague, StreamCheck } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const bus = new ThreadBus(buffer, 'producer')
      const consumer = new Colleague('consumer')
      await consumer.tell({ do: 'open', buffer })
      const receiving = consumer.tell({ do: 'receive-all' })
      await bus.send(new StreamCheck().expected(), 0)
      bus.close()
      const received = await receiving
      consumer.terminate()
      return received
    })
    expect(report).toMatchObject({ messages: 1, firstWrong: -1 })
    expect(complaints).toEqual([])
  })

  it('comes to a worker that blocks for room, when the page closes', async () => {
    const { page, complaints } = await open()
    const message = await page.evaluate(async () => {
      const { ThreadBus, Colleague } = ringwayPage
      const buffer = ThreadBus.allocate(1 << 16)
      const bus = new ThreadBus(buffer, 'consumer')
      const producer = new Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      const sending = producer.tell({ do: 'go-on', count: 1_000_000 }).catch((error: Error) => error.message)
      for (let index = 0; index < 1000; index++) await bus.recv()
      bus.close()
      const failure = await sending
      producer.terminate()
      return failure
    })
    expect(message).toContain('ERR_RINGWAY_PEER_CLOSED')
    expect(complaints).toEqual([])
  })

  it('ends a wait of the page that closes', async () => {
    const { page, complaints } = await open()
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, asleep, failureOf } = ringwayPage
      const bus = new ThreadBus(ThreadBus.allocate(4096), 'consumer')
      const failure = failureOf(() => bus.recv())
      await asleep('consumer')
      bus.close()
      return { code: (await failure)?.code, end: await bus.closed }
    })
    expect(outcome).toEqual({ code: 'ERR_RINGWAY_CLOSED', end: { kind: 'closed' } })
    expect(complaints).toEqual([])
  })
})

describeInChromium('a worker that is terminated', (browser) => {
  const open = () => openThreadsPage(browser(), site.isolated)

  it('in the middle of its messages leaves whole ones, in order', async () => {
    const { page, complaints } = await open()
    const outcome = await page.evaluate(async () => {
      const { ThreadBus, Colleague, StreamCheck, failureOf } = ringwayPage
      const buffer = ThreadBus.allocate(1 << 16)
      const bus = new ThreadBus(buffer, 'consumer')
      const producer = new Colleague('producer')
      await producer.tell({ do: 'open', buffer })
      void producer.tell({ do: 'go-on', count: 1_000_000_000 })
      const check = new StreamCheck()
      const receive = async (timeoutMs?: number) => {
        const message = await bus.recv({ timeoutMs })
        if (message !== undefined) check.add(message.typeId, message.data)
      }
      while (check.messages < 20_000) await receive()
      // The browser lets it run for a while still.
      producer.terminate()
      let failure: { code: string } | undefined
      while (failure === undefined) failure = await failureOf(() => receive(500))
      const stateBefore = bus.state
      bus.close()
      return { report: check.report, code: failure.code, stateBefore, stateAfter: bus.state }
    })
    expect(outcome.report.messages).toBeGreaterThanOrEqual(20_000)
    expect(outcome.report.firstWrong).toBe(-1)
    // It could not say goodbye: who terminates a worker closes the other end.
    expect(outcome).toMatchObject({ code: 'ERR_RINGWAY_TIMEOUT', stateBefore: 'open', stateAfter: 'closed' })
    expect(complaints).toEqual([])
  })

  it('in its sleep is replaced by another, with another ring', async () => {
    const { page, complaints } = await open()
    const report = await page.evaluate(async () => {
      const { ThreadBus, Colleague, intoPage } = ringwayPage
      const buffer = ThreadBus.allocate(4096)
      const bus = new ThreadBus(buffer, 'producer')
      const consumer = new Colleague('consumer')
      await consumer.tell({ do: 'open', buffer })
      void consumer.tell({ do: 'receive-all' })
      await new Promise((resolve) => setTimeout(resolve, 50))
      consumer.terminate()
      // Nobody takes these.
      while (bus.trySend(new Uint8Array(64)));
      bus.close()
      return (await intoPage('for await', 1000)).received
    })
    expect(report).toMatchObject({ messages: 1000, firstWrong: -1 })
    expect(complaints).toEqual([])
  })
})
