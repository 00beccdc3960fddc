// summary.js
import { ThreadBus } from 'ringway/threads'

self.onmessage = ({ data: { readings, summaries } }) => {
  const source = new ThreadBus(readings, 'consumer')
  const page = new ThreadBus(summaries, 'producer')
  let count = 0
  let sum = 0
  for (const { data } of source.messagesSync()) {
    sum += new Float64Array(data.buffer)[0]
    if (++count % 250_000 === 0) page.sendSync(new TextEncoder().encode(`${count} readings, mean ${sum / count}`))
  }
  source.close()
  page.close()
}
