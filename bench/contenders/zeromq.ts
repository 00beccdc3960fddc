import { join } from 'node:path'
import type { Pair } from 'zeromq'
import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import type { Contender } from '../harness/contender.js'
import { messageBytes, StampedMessage, StreamCheck, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'

type Tasks = Side['tasks']

async function roundTrip(socket: Pair, { count, whole }: TaskInput): Promise<Float64Array> {
  const message = new StampedMessage()
  const samplesMs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    const began = performance.now()
    await socket.send(message.bytes)
    const [reply] = await socket.receive()
    samplesMs[index] = performance.now() - began
    verify(reply, messageBytes, index, whole)
  }
  return samplesMs
}

async function echo(socket: Pair, { count }: TaskInput): Promise<void> {
  for (let index = 0; index < count; index++) await socket.send((await socket.receive())[0] as Buffer)
}

async function pump(socket: Pair, { count }: TaskInput): Promise<number> {
  const message = new StampedMessage()
  const beganNs = sharedClockNs()
  for (let index = 0; index < count; index++) {
    // zeromq copies messages of up to 128 bytes, so that one buffer serves for all.
    message.stamp(index)
    await socket.send(message.bytes)
  }
  return beganNs
}

async function drain(socket: Pair, { count }: TaskInput): Promise<number> {
  const check = new StreamCheck(messageBytes)
  while (check.next < count) check.take((await socket.receive())[0])
  return sharedClockNs()
}

const near = (socket: Pair): Tasks => ({
  roundTrip: (input) => roundTrip(socket, input),
  stream: (input) => pump(socket, input),
})

const far = (socket: Pair): Tasks => ({
  roundTrip: (input) => echo(socket, input),
  stream: (input) => drain(socket, input),
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
