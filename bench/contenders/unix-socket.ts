import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../harness/contender.js'
import { messageBytes } from '../harness/message.js'
import { type EventEnd, farEvents, nearEvents } from '../tasks/events.js'

const retryMs = 5
const maxTries = 2000

/** A socket is a stream of bytes: here all messages of a task have the same length, the simplest framing there is. */
class Frames {
  sizeBytes = messageBytes
  /** The beginning of a message, in the pieces that it came in. */
  #parts: Buffer[] = []
  #partsBytes = 0

  take(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#parts.push(chunk)
    this.#partsBytes += chunk.byteLength
    if (this.#partsBytes < this.sizeBytes) return
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts)
    let at = 0
    for (; at + this.sizeBytes <= bytes.byteLength; at += this.sizeBytes) {
      onFrame(bytes.subarray(at, at + this.sizeBytes))
    }
    this.#parts = at === bytes.byteLength ? [] : [bytes.subarray(at)]
    this.#partsBytes = bytes.byteLength - at
  }
}

function endOf(socket: Socket): EventEnd {
  const frames = new Frames()
  const end: EventEnd = {
    // A copy, because the socket reads it later.
    send: (message) => socket.write(Buffer.from(message)),
    onMessage: undefined,
    expect(sizeBytes) {
      frames.sizeBytes = sizeBytes
    },
    together(sends) {
      socket.cork()
      sends()
      socket.uncork()
    },
  }
  socket.on('data', (chunk: Buffer) => frames.take(chunk, (frame) => end.onMessage?.(frame)))
  return end
}

/** Tries again until the other side listens. */
async function connectWhenThere(path: string): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    const socket = connect(path)
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      if (tries === maxTries) throw error
      await sleep(retryMs)
    }
  }
}

/** `net` over a Unix socket between two processes. */
export const unixSocket: Contender = {
  title: 'net, Unix socket',
  between: 'processes',
  async near({ folder }) {
    const server = createServer().listen(join(folder, 'socket'))
    const [socket] = (await once(server, 'connection')) as [Socket]
    server.close()
    return { tasks: nearEvents(endOf(socket)), close: () => void socket.destroy() }
  },
  async far({ folder }) {
    const socket = await connectWhenThere(join(folder, 'socket'))
    return { tasks: farEvents(endOf(socket)), close: () => void socket.destroy() }
  },
}
