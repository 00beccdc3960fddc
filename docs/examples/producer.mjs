// producer.mjs
import { Bus } from 'ringway'

const bus = await Bus.connect('/tmp/ringway-guide.sock', { waitForListenerMs: 10_000 })
for (let i = 1; i <= 3; i++) {
  await bus.send(Buffer.from(`message ${i}`), 7)
}
bus.close()
