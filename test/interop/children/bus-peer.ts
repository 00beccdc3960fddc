import { parseArgs } from 'node:util'
import { Bus, type BusConsumer, type BusProducer } from '../../../src/index.js'
import { consumeForms } from '../../support/bus-peer/consume-forms.js'
import { produceForms } from '../../support/bus-peer/produce-forms.js'
import { sendStamps, takeStamps } from '../../support/bus-peer/stamps.js'
import { MessageStream, StreamDigest } from '../../support/message-stream.js'

/**
 * ringway with the command line and the report of the stand-in peer (`test/support/stand-in/options.c`), as far as it makes
 * sense: `listen|connect produce|consume PATH`, then options. `--form` says through which methods of the bus.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    capacity: { type: 'string', default: '65536' },
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    sizes: { type: 'string', default: '0-200' },
    form: { type: 'string', default: 'sync' },
    'pause-us': { type: 'string', default: '100' },
    'wake-bench': { type: 'boolean', default: false },
    'pure-spin': { type: 'boolean', default: false },
    // A foreign peer that lives on cannot be noticed: stop after the last message instead of waiting for its end.
    'stop-at-count': { type: 'boolean', default: false },
  },
})
const [place = '', role = '', path = ''] = positionals

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Sleeps at once in a wake bench: only sleeps are to be counted there. */
const hotUs = values['wake-bench'] ? 0 : 50

async function open(): Promise<Bus> {
  const options = {
    role: role === 'produce' ? 'producer' : 'consumer',
    pureSpin: values['pure-spin'],
    hotUs,
  } as const
  if (place === 'connect') return await Bus.connect(path, { ...options, waitForListenerMs: 20_000 })
  const onListening = () => print({ event: 'listening' })
  return await Bus.listen(path, Number(values.capacity), { ...options, onListening })
}

async function run(bus: Bus, digest: StreamDigest) {
  const count = Number(values.count)
  const stream = new MessageStream(Number(values.seed), values.sizes)
  if (values['wake-bench']) {
    if (role === 'produce') return sendStamps(bus as BusProducer, count, values['pause-us'], digest)
    return await takeStamps(bus as BusConsumer, count, values.form, digest)
  }
  if (role === 'produce') {
    const produce = produceForms[values.form]
    if (produce === undefined) throw new Error(`--form ${values.form}`)
    await produce(bus as BusProducer, count, stream, digest)
    return {}
  }
  const consume = consumeForms[values.form]
  if (consume === undefined) throw new Error(`--form ${values.form}`)
  const most = values['stop-at-count'] ? count : Number.POSITIVE_INFINITY
  return { firstWrong: await consume(bus as BusConsumer, most, stream, digest) }
}

const bus = await open()
const { native } = bus.peer
const digest = new StreamDigest()
const found = await run(bus, digest)
const { messages, bytes, hash } = digest
bus.close()
print({ messages, bytes, hash, ...found, native })
