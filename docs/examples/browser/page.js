// page.js
import { ThreadBus } from 'ringway/threads'

const readings = ThreadBus.allocate(1 << 20)
const summaries = ThreadBus.allocate(1 << 12)
new Worker('sensor.js', { type: 'module' }).postMessage({ readings })
new Worker('summary.js', { type: 'module' }).postMessage({ readings, summaries })

const log = document.querySelector('#log')
const bus = new ThreadBus(summaries, 'consumer')
for await (const message of bus) log.append(`${message.text()}\n`)
log.append(`ended: ${bus.state}\n`)
