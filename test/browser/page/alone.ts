import { ThreadBus } from 'ringway/threads'
import { installInstruments } from '../instruments.js'
import { failureOf } from './failure-of.js'
import { napsOfConsumer, napsOfProducer } from './naps.js'
import { betweenWorkers, intoPage, outOfPage } from './streams.js'

installInstruments()

const million = 1_000_000

/** What the page found out by itself, for a browser that no test can drive. */
async function findings() {
  return {
    betweenWorkers: await betweenWorkers(million),
    intoPage: await intoPage('for await', million),
    outOfPage: await outOfPage('send', million),
    napsOfConsumer: await napsOfConsumer(50, 40),
    napsOfProducer: await napsOfProducer(50, 300),
    sync: await failureOf(() => new ThreadBus(ThreadBus.allocate(4096), 'consumer').recvSync()),
  }
}

export type Findings = Awaited<ReturnType<typeof findings>>

const report = await findings().catch((error: unknown) => ({ failure: String(error) }))
await fetch('report', { method: 'POST', body: JSON.stringify(report) })
