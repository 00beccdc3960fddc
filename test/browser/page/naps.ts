import { ThreadBus } from 'ringway/threads'
import { CONSUMER_WORD_OFFSET, PRODUCER_WORD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { Colleague } from './colleague.js'
import { NumberedStream, StreamCheck, type StreamReport } from './numbered-stream.js'

/** Where each side of the ring sleeps, as an index of the ring's words. */
const word = { consumer: CONSUMER_WORD_OFFSET / 4, producer: PRODUCER_WORD_OFFSET / 4 } as const

function sleepsOf(role: keyof typeof word): { pending: number; woken: number } {
  return globalThis.instruments.sleeps[word[role]] ?? { pending: 0, woken: 0 }
}

/** Until this page sleeps in `Atomics.waitAsync` on its word. */
export async function asleep(role: keyof typeof word): Promise<void> {
  while (sleepsOf(role).pending === 0) await new Promise((resolve) => setTimeout(resolve, 1))
}

interface Naps {
  readonly sent: StreamReport
  readonly received: StreamReport
  /** How often a wake-up ended a sleep of the page. */
  readonly woken: number
}

/** A worker sends to the page in bursts, each when the page has fallen asleep. */
export async function napsOfConsumer(bursts: number, messagesEach: number): Promise<Naps> {
  const buffer = ThreadBus.allocate(1 << 16)
  const bus = new ThreadBus(buffer, 'consumer')
  const producer = new Colleague('producer')
  await producer.tell({ do: 'open', buffer })
  const check = new StreamCheck()
  const wokenBefore = sleepsOf('consumer').woken
  const receiving = (async () => {
    for await (const { typeId, data } of bus) check.add(typeId, data)
  })()
  for (let burst = 0; burst < bursts; burst++) {
    await asleep('consumer')
    await producer.tell({ do: 'go-on', count: messagesEach })
  }
  await asleep('consumer')
  const woken = sleepsOf('consumer').woken - wokenBefore
  const sent = await producer.tell({ do: 'close' })
  await receiving
  bus.close()
  producer.terminate()
  return { sent, received: check.report, woken }
}

/** The page sends until it has to sleep for room; then a worker makes some. */
export async function napsOfProducer(naps: number, messagesEach: number): Promise<Naps> {
  const buffer = ThreadBus.allocate(1 << 15)
  const bus = new ThreadBus(buffer, 'producer')
  const consumer = new Colleague('consumer')
  await consumer.tell({ do: 'open', buffer })
  const stream = new NumberedStream()
  const check = new StreamCheck()
  const wokenBefore = sleepsOf('producer').woken
  let done = false
  const sending = (async () => {
    for (let index = 0; !done; index++) {
      const message = stream.message(index)
      check.add(index, message)
      await bus.send(message, index)
    }
  })()
  for (let nap = 0; nap < naps; nap++) {
    await asleep('producer')
    await consumer.tell({ do: 'go-on', count: messagesEach })
  }
  done = true
  const receiving = consumer.tell({ do: 'receive-all' })
  await sending
  const woken = sleepsOf('producer').woken - wokenBefore
  bus.close()
  const received = await receiving
  consumer.terminate()
  return { sent: check.report, received, woken }
}
