import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../harness/contender.js'
import { messageBytes } from '../harness/message.js'
import { type EventEnd, farEvents, nearEvents } from '../tasks/events.js'

const retryMs = 5
const maxTries = 2000

/** A socket is a stream of bytes: here every message has the same length, the simplest framing there is. */
function endOf(socket: Socket): EventEnd {
  const end: EventEnd = {
    // A copy, because the socket reads it later.
    send: (message) => socket.write(Buffer.from(message)),
    onMessage: undefined,
    together(sends) {
      socket.cork()
      sends()
      socket.uncork()
    },
  }
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (; at + messageBytes <= bytes.byteLength; at += messageBytes)
      end.onMessage?.(bytes.subarray(at, at + messageBytes))
    rest = bytes.subarray(at)
  })
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
