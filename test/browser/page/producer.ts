import { ThreadBus } from 'ringway/threads'
import { answering } from './answering.js'
import { NumberedStream, StreamCheck } from './numbered-stream.js'

let bus: ThreadBus
const stream = new NumberedStream()
const sent = new StreamCheck()

function send(count: number): void {
  for (let more = count; more > 0; more--) {
    const index = sent.messages
    const message = stream.message(index)
    sent.add(index, message)
    // Every eighth is written in place.
    if (index % 8 === 0) {
      const slot = bus.sendZeroCopySync(message.length, index)
      slot.bytes.set(message)
      slot.commit(message.length)
    } else {
      bus.sendSync(message, index)
    }
  }
}

answering((order) => {
  if (order.do === 'open') bus = new ThreadBus(order.buffer, 'producer')
  if (order.do === 'go-on') send(order.count)
  if (order.do === 'close') bus.close()
  return sent.report
})
