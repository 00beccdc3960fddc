import { ThreadBus } from 'ringway/threads'
import { Colleague } from './colleague.js'
import { failureOf } from './failure-of.js'
import { asleep, napsOfConsumer, napsOfProducer } from './naps.js'
import { StreamCheck } from './numbered-stream.js'
import { betweenWorkers, intoPage, outOfPage } from './streams.js'

/** What a test finds on the page, to play with. */
const onPage = {
  ThreadBus,
  Colleague,
  StreamCheck,
  asleep,
  betweenWorkers,
  failureOf,
  intoPage,
  napsOfConsumer,
  napsOfProducer,
  outOfPage,
}

declare global {
  var ringwayPage: typeof onPage
}

globalThis.ringwayPage = onPage
