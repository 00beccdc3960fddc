import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import {
  connectUnix,
  type FileDescriptor,
  MemoryMapping,
  receiveNow,
  receiveWithDescriptors,
} from '../../../ffi/index.js'

/** A connector that does nothing by itself. */
export class RawConnector {
  readonly socket: FileDescriptor

  constructor(path: string) {
    const socket = connectUnix(path)
    if (socket === undefined) throw new Error(`the queue of ${path} is full`)
    this.socket = socket
    onTestFinished(() => this.socket.close())
  }

  /** Takes the offer as a stock connector does, and maps what came with it. */
  async takeOffer(): Promise<{ offer: Uint8Array; words: Int32Array; mapping: MemoryMapping }> {
    const offer = new Uint8Array(32)
    for (;;) {
      const message = receiveWithDescriptors(this.socket.fd, offer, 2)
      if (message === undefined) {
        await sleep(1)
        continue
      }
      if (message.lengthBytes !== 32 || message.descriptors.length === 0) {
        throw new Error(`the listener sent ${message.lengthBytes} bytes and ${message.descriptors.length} descriptors`)
      }
      const view = new DataView(offer.buffer)
      const mapping = MemoryMapping.map((message.descriptors[0] as FileDescriptor).fd, view.getUint32(12, true))
      for (const descriptor of message.descriptors) descriptor.close()
      onTestFinished(() => mapping.release())
      return { offer, words: new Int32Array(mapping.buffer), mapping }
    }
  }

  /** What comes next, or an empty array at the end of the connection. */
  async receive(): Promise<Uint8Array> {
    const bytes = new Uint8Array(64)
    for (;;) {
      const length = receiveNow(this.socket.fd, bytes)
      if (length !== undefined) return bytes.slice(0, length)
      await sleep(1)
    }
  }
}
