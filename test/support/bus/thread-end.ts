import { parentPort, workerData } from 'node:worker_threads'
import { ThreadBus } from '../../../src/bus/thread-bus.js'
import { numbered, SequenceCheck } from './numbered.js'

/** One end of a ThreadBus in a thread of its own, which does what `program` says and then answers. */
export interface ThreadEndData {
  readonly buffer: SharedArrayBuffer
  readonly program: keyof typeof programs
  readonly count: number
  readonly hotUs?: number
}

const { buffer, program, count, hotUs } = workerData as ThreadEndData
const options = hotUs === undefined ? {} : { hotUs }

const programs = {
  async sendSync() {
    const bus = new ThreadBus(buffer, 'producer', options)
    for (let index = 0; index < count; index++) bus.sendSync(numbered(index))
    bus.close()
    return count
  },
  async send() {
    const bus = new ThreadBus(buffer, 'producer', options)
    for (let index = 0; index < count; index++) await bus.send(numbered(index))
    bus.close()
    return count
  },
  async recvSync() {
    const bus = new ThreadBus(buffer, 'consumer', options)
    const check = new SequenceCheck()
    for (const message of bus.messagesSync()) check.take(message.data)
    bus.close()
    return check.firstWrong
  },
  async recv() {
    const bus = new ThreadBus(buffer, 'consumer', options)
    const check = new SequenceCheck()
    for await (const message of bus) check.take(message.data)
    bus.close()
    return check.firstWrong
  },
  async drainBatchSync() {
    const bus = new ThreadBus(buffer, 'consumer', options)
    const check = new SequenceCheck()
    for (let batch = bus.drainBatchSync(16); batch !== undefined; batch = bus.drainBatchSync(16)) {
      for (const record of batch) check.take(record.bytes)
      batch.commit()
    }
    bus.close()
    return check.firstWrong
  },
  async waitSync() {
    const bus = new ThreadBus(buffer, 'consumer', options)
    parentPort?.postMessage('waiting')
    bus.recvSync()
    return 'received'
  },
  async wait() {
    const bus = new ThreadBus(buffer, 'consumer', options)
    const received = bus.recv()
    parentPort?.postMessage('waiting')
    await received
    return 'received'
  },
  /** Rewrites the first payload again and again: ASCII, then as many bytes of longer characters. */
  async rewrite() {
    const payload = new Uint8Array(buffer, 768 + 64, count)
    const texts = ['a'.repeat(count), '€'.repeat(count / 3)].map((text) => new TextEncoder().encode(text))
    parentPort?.postMessage('rewriting')
    for (;;) for (const text of texts) payload.set(text)
  },
} as const

void programs[program]().then((answer) => parentPort?.postMessage(answer))
