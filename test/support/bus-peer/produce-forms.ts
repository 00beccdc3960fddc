import type { BusProducer } from '../../../src/index.js'
import type { MessageStream, StreamDigest } from '../message-stream.js'

type Produce = (bus: BusProducer, count: number, stream: MessageStream, digest: StreamDigest) => Promise<void>

/** Every way of sending, by the name that `--form` gives it. */
export const produceForms: Readonly<Record<string, Produce>> = {
  async sync(bus, count, stream, digest) {
    for (let i = 0; i < count; i++) {
      stream.next()
      bus.sendSync(stream.payload(), stream.typeId)
      digest.add(stream.payload(), stream.typeId)
    }
  },

  async async(bus, count, stream, digest) {
    for (let i = 0; i < count; i++) {
      stream.next()
      await bus.send(stream.payload(), stream.typeId)
      digest.add(stream.payload(), stream.typeId)
    }
  },

  /** Corked for good: what is not full is published by the waits, and by the close. */
  async cork(bus, count, stream, digest) {
    bus.cork()
    for (let i = 0; i < count; i++) {
      stream.next()
      if (!bus.trySend(stream.payload(), stream.typeId)) bus.sendSync(stream.payload(), stream.typeId)
      digest.add(stream.payload(), stream.typeId)
    }
    bus.uncork()
  },

  /** Claims now and then a little more than it commits; never more than the ring takes. */
  async guard(bus, count, stream, digest) {
    for (let i = 0; i < count; i++) {
      stream.next()
      const spareBytes = Math.min(i % 3, bus.maxPayloadBytes - stream.size)
      const maxBytes = stream.size + spareBytes
      const guard = bus.trySendZeroCopy(maxBytes, stream.typeId) ?? (await bus.sendZeroCopy(maxBytes, stream.typeId))
      if (i % 7 === 6) {
        guard.rollback()
        bus.sendSync(stream.payload(), stream.typeId)
      } else {
        guard.bytes.set(stream.payload())
        guard.commit(stream.size)
      }
      digest.add(stream.payload(), stream.typeId)
    }
  },
}
