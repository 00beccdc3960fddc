import { ThreadBus } from 'ringway/threads'
import { answering } from './answering.js'
import { StreamCheck } from './numbered-stream.js'

let bus: ThreadBus
const received = new StreamCheck()

function receiveAll(): void {
  for (;;) {
    const batch = bus.drainBatchSync(64)
    if (batch === undefined) return
    for (const { typeId, bytes } of batch) received.add(typeId, bytes)
    batch.commit()
  }
}

function receive(count: number): void {
  for (let more = count; more > 0; more--) {
    const message = bus.recvSync()
    if (message === undefined) return
    received.add(message.typeId, message.data)
  }
}

answering((order) => {
  if (order.do === 'open') bus = new ThreadBus(order.buffer, 'consumer')
  if (order.do === 'go-on') receive(order.count)
  if (order.do === 'receive-all') receiveAll()
  if (order.do === 'close') bus.close()
  return received.report
})
