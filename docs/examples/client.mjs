// client.mjs
import { Bus } from 'ringway'

const bus = await Bus.connect('/tmp/ringway-guide.sock', { waitForListenerMs: 10_000 })
await bus.send(Buffer.from(`hello from ${process.argv[2]}`))
bus.close()
