import { setImmediate } from 'node:timers/promises'
import { type BusConsumer, ErrorCode, RingwayError } from '../../../src/index.js'
import type { MessageStream, StreamDigest } from '../message-stream.js'

/** @returns index of the first message that is not what the stream says, −1 when there is none */
type Consume = (bus: BusConsumer, most: number, stream: MessageStream, digest: StreamDigest) => Promise<number>

class Checker {
  firstWrong = -1
  readonly #stream: MessageStream
  readonly #digest: StreamDigest

  constructor(stream: MessageStream, digest: StreamDigest) {
    this.#stream = stream
    this.#digest = digest
  }

  take(bytes: Uint8Array, typeId: number): void {
    this.#stream.next()
    if (this.firstWrong < 0 && !this.#stream.equals(bytes, typeId)) this.firstWrong = this.#digest.messages
    this.#digest.add(bytes, typeId)
  }
}

/** Every way of receiving, by the name that `--form` gives it. Each ends with the peer, or after `most` messages. */
export const consumeForms: Readonly<Record<string, Consume>> = {
  async sync(bus, most, stream, digest) {
    const checker = new Checker(stream, digest)
    while (digest.messages < most) {
      const message = bus.recvSync()
      if (message === undefined) break
      checker.take(message.data, message.typeId)
    }
    return checker.firstWrong
  },

  async async(bus, most, stream, digest) {
    const checker = new Checker(stream, digest)
    for await (const { data, typeId } of bus) {
      checker.take(data, typeId)
      if (digest.messages >= most) break
    }
    return checker.firstWrong
  },

  async guard(bus, most, stream, digest) {
    const checker = new Checker(stream, digest)
    while (digest.messages < most) {
      const guard = await bus.recvZeroCopy()
      if (guard === undefined) break
      checker.take(guard.bytes, guard.typeId)
      guard.commit()
    }
    return checker.firstWrong
  },

  async batch(bus, most, stream, digest) {
    const checker = new Checker(stream, digest)
    while (digest.messages < most) {
      const batch = await bus.drainBatch(Math.min(64, most - digest.messages))
      if (batch === undefined) break
      for (const message of batch) checker.take(message.bytes, message.typeId)
      batch.commit()
    }
    return checker.firstWrong
  },

  async consume(bus, most, stream, digest) {
    const checker = new Checker(stream, digest)
    const handler = (view: DataView, offset: number, size: number, typeId: number) =>
      checker.take(new Uint8Array(view.buffer, view.byteOffset + offset, size), typeId)
    try {
      while (digest.messages < most) {
        if (bus.consume(handler, most - digest.messages) === 0) await setImmediate()
      }
    } catch (error) {
      if (!(error instanceof RingwayError && error.code === ErrorCode.peerExited)) throw error
    }
    return checker.firstWrong
  },
}
