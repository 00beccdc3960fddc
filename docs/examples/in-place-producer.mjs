// in-place-producer.mjs
import { Bus } from 'ringway'

const bus = await Bus.connect('/tmp/ringway-guide.sock', { waitForListenerMs: 10_000 })
for (let frame = 1; frame <= 3; frame++) {
  const slot = await bus.sendZeroCopy(4096, 2)
  const points = frame * 100
  for (let i = 0; i < points; i++) slot.view.setFloat32(i * 4, frame, true)
  slot.commit(points * 4)
}
bus.close()
