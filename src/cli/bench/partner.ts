import { join } from 'node:path'
import { Bus, type BusConsumer, type BusProducer } from '../../index.js'
import { orders, ringNames, startTimeoutMs } from './orders.js'

/** The other process of a bench run: does what it is told until the measuring process closes. */
export async function serveBench(folder: string, signal: AbortSignal): Promise<void> {
  const waiting = { waitForListenerMs: startTimeoutMs, signal }
  using there = await Bus.connect(join(folder, ringNames.there), { ...waiting, role: 'consumer' })
  using back = await Bus.connect(join(folder, ringNames.back), waiting)
  for (;;) {
    const order = await there.recv({ signal })
    if (order === undefined) return
    const count = new DataView(order.data.buffer).getUint32(0, true)
    if (order.typeId === orders.echoSync) echoSync(there, back, count)
    else if (order.typeId === orders.echo) await echo(there, back, count)
    else await back.send(take(there, count))
  }
}

function echoSync(there: BusConsumer, back: BusProducer, count: number): void {
  for (let done = 0; done < count; done++) {
    const message = there.recvSync()
    if (message === undefined) return
    back.sendSync(message.data)
  }
}

async function echo(there: BusConsumer, back: BusProducer, count: number): Promise<void> {
  for (let done = 0; done < count; done++) {
    const message = await there.recv()
    if (message === undefined) return
    await back.send(message.data)
  }
}

/** Missed looks in a row after which it is better to sleep: the producer may want this processor. */
const patience = 1000

function take(there: BusConsumer, count: number): Uint8Array {
  let takenBytes = 0
  const note = (_view: DataView | Uint8Array, _offset: number, size: number) => {
    takenBytes += size
  }
  let misses = 0
  for (let taken = 0; taken < count; ) {
    const news = there.consume(note, count - taken)
    taken += news
    misses = news === 0 ? misses + 1 : 0
    if (misses < patience) continue
    misses = 0
    using message = there.recvZeroCopySync()
    if (message === undefined) break
    takenBytes += message.size
    taken++
  }
  return new Uint8Array(Float64Array.of(takenBytes).buffer)
}
