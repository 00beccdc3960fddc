import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pair } from 'zeromq'
import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import type { Contender } from '../harness/contender.js'
import { messageBytes, StampedMessage, StreamCheck, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'
import { farIdleness, type Mailbox, nearIdleness } from '../tasks/idle.js'
import { creditsFor, windowOf } from '../tasks/window.js'

type Tasks = Side['tasks']

async function roundTrip(socket: Pair, { count, ms = 0, whole }: TaskInput): Promise<Float64Array> {
  const message = new StampedMessage()
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    if (ms > 0) await sleep(ms)
    message.stamp(index)
    const began = performance.now()
    await socket.send(message.bytes)
    const [reply] = await socket.receive()
    samplesNs[index] = (performance.now() - began) * 1e6
    verify(reply, messageBytes, index, whole)
  }
  return samplesNs
}

async function echo(socket: Pair, { count }: TaskInput): Promise<void> {
  for (let index = 0; index < count; index++) await socket.send((await socket.receive())[0] as Buffer)
}

/** zeromq copies messages up to this length, and reads longer ones when it sends them. */
const copiedBytes = 128

async function pump(socket: Pair, { count, sizeBytes = messageBytes }: TaskInput): Promise<number> {
  const message = new StampedMessage(sizeBytes)
  const window = windowOf(sizeBytes)
  let credited = 0
  const beganNs = sharedClockNs()
  for (let index = 0; index < count; index++) {
    if (index === window.messages + credited * window.messagesPerCredit) {
      await socket.receive()
      credited++
    }
    message.stamp(index)
    await socket.send(sizeBytes > copiedBytes ? Buffer.from(message.bytes) : message.bytes)
  }
  for (; credited < creditsFor(count, window); credited++) await socket.receive()
  return beganNs
}

async function drain(socket: Pair, { count, sizeBytes = messageBytes, whole = false }: TaskInput): Promise<number> {
  const check = new StreamCheck(sizeBytes, whole)
  const { messagesPerCredit } = windowOf(sizeBytes)
  const credit = new StampedMessage().bytes
  while (check.next < count) {
    check.take((await socket.receive())[0])
    if (check.next < count && check.next % messagesPerCredit === 0) await socket.send(credit)
  }
  return sharedClockNs()
}

function mailboxOf(socket: Pair): Mailbox {
  return {
    send: (message) => socket.send(Buffer.from(message)),
    receive: async () => (await socket.receive())[0],
    async *messages() {
      for await (const [message] of socket) yield message as Buffer
    },
  }
}

const near = (socket: Pair): Tasks => ({
  roundTrip: (input) => roundTrip(socket, input),
  stream: (input) => pump(socket, input),
  ...nearIdleness(mailboxOf(socket)),
})

const far = (socket: Pair): Tasks => ({
  roundTrip: (input) => echo(socket, input),
  stream: (input) => drain(socket, input),
  ...farIdleness(mailboxOf(socket)),
})

/** A pair of zeromq sockets over ipc:// between two processes. */
export const zeromq: Contender = {
  title: 'zeromq, ipc',
  between: 'processes',
  async near({ folder }) {
    const { Pair: PairSocket } = await import('zeromq')
    const socket = new PairSocket({ linger: 0 })
    await socket.bind(`ipc://${join(folder, 'socket')}`)
    return { tasks: near(socket), close: () => socket.close() }
  },
  async far({ folder }) {
    const { Pair: PairSocket } = await import('zeromq')
    const socket = new PairSocket({ linger: 0 })
    socket.connect(`ipc://${join(folder, 'socket')}`)
    return { tasks: far(socket), close: () => socket.close() }
  },
}
