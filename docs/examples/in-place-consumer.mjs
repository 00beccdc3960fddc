// in-place-consumer.mjs
import { Bus } from 'ringway'

const bus = await Bus.listen('/tmp/ringway-guide.sock', 1024 * 1024)
for (;;) {
  const message = await bus.recvZeroCopy()
  if (message === undefined) break
  const { view, size } = message
  let sum = 0
  for (let offset = 0; offset < size; offset += 4) sum += view.getFloat32(offset, true)
  console.log(`${size} bytes, sum ${sum}`)
  message.commit()
}
bus.close()
