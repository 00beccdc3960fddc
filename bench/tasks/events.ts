import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import { messageBytes, StampedMessage, StreamCheck, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'

type Tasks = Side['tasks']

/** A channel whose messages arrive as events. */
export interface EventEnd {
  /** Sends these bytes, which may be changed when it returns. */
  send(message: Buffer): void
  /** Who gets the next message; without one, messages go nowhere. */
  onMessage: ((message: Uint8Array) => void) | undefined
  /** Around many sends at once, where the channel has a way to write them together. */
  readonly together?: (sends: () => void) => void
}

/**
 * None of these channels pushes back by itself in time, so the receiver does, as a careful program would: at most so many
 * messages are under way.
 */
const windowMessages = 4096
const messagesPerCredit = 1024

function roundTrip(end: EventEnd, { count, ms = 0, whole }: TaskInput): Promise<Float64Array> {
  const message = new StampedMessage()
  const samplesMs = new Float64Array(count)
  let index = 0
  let began = 0
  const send = (): void => {
    message.stamp(index)
    began = performance.now()
    end.send(message.bytes)
  }
  const sendLater = ms > 0 ? () => setTimeout(send, ms) : send
  return new Promise((resolve, reject) => {
    end.onMessage = (reply) => {
      samplesMs[index] = performance.now() - began
      try {
        verify(reply, messageBytes, index, whole)
      } catch (error) {
        return reject(error)
      }
      if (++index === count) resolve(samplesMs)
      else sendLater()
    }
    sendLater()
  })
}

function echo(end: EventEnd, { count }: TaskInput): Promise<void> {
  const reply = Buffer.from(new ArrayBuffer(messageBytes))
  let echoed = 0
  return new Promise((resolve) => {
    end.onMessage = (message) => {
      reply.set(message)
      end.send(reply)
      if (++echoed === count) resolve()
    }
  })
}

function pump(end: EventEnd, { count }: TaskInput): Promise<number> {
  const message = new StampedMessage()
  const together = end.together ?? ((sends) => sends())
  let sent = 0
  let credit = windowMessages
  const beganNs = sharedClockNs()
  return new Promise((resolve) => {
    const burst = (): void => {
      const until = Math.min(count, credit)
      while (sent < until) {
        message.stamp(sent++)
        end.send(message.bytes)
      }
      if (sent === count) resolve(beganNs)
    }
    end.onMessage = () => {
      credit += messagesPerCredit
      if (sent < count) together(burst)
    }
    together(burst)
  })
}

function drain(end: EventEnd, { count }: TaskInput): Promise<number> {
  const check = new StreamCheck(messageBytes)
  const credit = new StampedMessage().bytes
  return new Promise((resolve, reject) => {
    end.onMessage = (message) => {
      try {
        check.take(message)
      } catch (error) {
        return reject(error)
      }
      if (check.next === count) resolve(sharedClockNs())
      else if (check.next % messagesPerCredit === 0) end.send(credit)
    }
  })
}

/**
 * `roundTrip` and `stream` as the tasks of those names on a bus, in the style of events.
 *
 * ```
 *  near                      far                near                      far
 *  send ─────────────────▶ 'message'            send ─────────────────▶ 'message', check
 *  'message' ◀──────────────── send             'message' ◀── one credit every 1024
 * ```
 */
export function nearEvents(end: EventEnd): Tasks {
  return { roundTrip: (input) => roundTrip(end, input), stream: (input) => pump(end, input) }
}

export function farEvents(end: EventEnd): Tasks {
  return { roundTrip: (input) => echo(end, input), stream: (input) => drain(end, input) }
}
