import { ThreadBus } from 'ringway/threads'
import { Colleague } from './colleague.js'
import { NumberedStream, StreamCheck, type StreamReport } from './numbered-stream.js'
import { type Signs, signsOfLife } from './signs-of-life.js'

const capacityBytes = 1 << 16

interface Exchange {
  readonly sent: StreamReport
  readonly received: StreamReport
}

/** Worker to worker: the page only introduces them. */
export async function betweenWorkers(count: number): Promise<Exchange> {
  const buffer = ThreadBus.allocate(capacityBytes)
  const producer = new Colleague('producer')
  const consumer = new Colleague('consumer')
  await consumer.tell({ do: 'open', buffer })
  const receiving = consumer.tell({ do: 'receive-all' })
  await producer.tell({ do: 'open', buffer })
  await producer.tell({ do: 'go-on', count })
  const sent = await producer.tell({ do: 'close' })
  const received = await receiving
  await consumer.tell({ do: 'close' })
  producer.terminate()
  consumer.terminate()
  return { sent, received }
}

/** How the page receives: each until the producer has closed. */
const receiveForms = {
  async 'for await'(bus: ThreadBus, check: StreamCheck) {
    for await (const { typeId, data } of bus) check.add(typeId, data)
  },
  async recv(bus: ThreadBus, check: StreamCheck) {
    for (;;) {
      const message = await bus.recv()
      if (message === undefined) return
      check.add(message.typeId, message.data)
    }
  },
  async recvZeroCopy(bus: ThreadBus, check: StreamCheck) {
    for (;;) {
      const message = await bus.recvZeroCopy()
      if (message === undefined) return
      check.add(message.typeId, message.bytes)
      message.commit()
    }
  },
  async drainBatch(bus: ThreadBus, check: StreamCheck) {
    for (;;) {
      const batch = await bus.drainBatch(64)
      if (batch === undefined) return
      for (const { typeId, bytes } of batch) check.add(typeId, bytes)
      batch.commit()
    }
  },
}

export type ReceiveForm = keyof typeof receiveForms

/** A worker to the page, which goes on living meanwhile. */
export async function intoPage(form: ReceiveForm, count: number): Promise<Exchange & { readonly signs: Signs }> {
  const buffer = ThreadBus.allocate(capacityBytes)
  const bus = new ThreadBus(buffer, 'consumer')
  const producer = new Colleague('producer')
  await producer.tell({ do: 'open', buffer })
  const check = new StreamCheck()
  const signs = signsOfLife()
  const sending = producer.tell({ do: 'go-on', count }).then(() => producer.tell({ do: 'close' }))
  await receiveForms[form](bus, check)
  const seen = signs.stop()
  const sent = await sending
  bus.close()
  producer.terminate()
  return { sent, received: check.report, signs: seen }
}

/** How the page sends one message. */
const sendForms = {
  send: (bus: ThreadBus, message: Uint8Array, index: number) => bus.send(message, index),
  async sendZeroCopy(bus: ThreadBus, message: Uint8Array, index: number) {
    const slot = await bus.sendZeroCopy(message.length, index)
    slot.bytes.set(message)
    slot.commit(message.length)
  },
}

export type SendForm = keyof typeof sendForms

/** The page to a worker. */
export async function outOfPage(form: SendForm, count: number): Promise<Exchange & { readonly signs: Signs }> {
  const buffer = ThreadBus.allocate(capacityBytes)
  const bus = new ThreadBus(buffer, 'producer')
  const consumer = new Colleague('consumer')
  await consumer.tell({ do: 'open', buffer })
  const receiving = consumer.tell({ do: 'receive-all' })
  const stream = new NumberedStream()
  const check = new StreamCheck()
  const signs = signsOfLife()
  for (let index = 0; index < count; index++) {
    const message = stream.message(index)
    check.add(index, message)
    await sendForms[form](bus, message, index)
  }
  const seen = signs.stop()
  bus.close()
  const received = await receiving
  consumer.terminate()
  return { sent: check.report, received, signs: seen }
}
