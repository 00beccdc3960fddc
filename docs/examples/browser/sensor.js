// sensor.js
import { ThreadBus } from 'ringway/threads'

self.onmessage = ({ data: { readings } }) => {
  const bus = new ThreadBus(readings, 'producer')
  const reading = new Float64Array(1)
  for (let at = 0; at < 1_000_000; at++) {
    reading[0] = at % 100
    bus.sendSync(reading, 7)
  }
  bus.close()
}
