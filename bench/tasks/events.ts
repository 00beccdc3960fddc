import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import { messageBytes, StampedMessage, StreamCheck, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'
import type { Mailbox } from './idle.js'
import { farIdleness, nearIdleness } from './idle.js'
import { creditsFor, windowOf } from './window.js'

type Tasks = Side['tasks']

/** A channel whose messages arrive as events. */
export interface EventEnd {
  /** Sends these bytes, which may be changed when it returns. */
  send(message: Buffer): void
  /** Who gets the next message; without one, messages go nowhere. */
  onMessage: ((message: Uint8Array) => void) | undefined
  /** Where messages are cut out of a stream of bytes: how long the next ones are. */
  readonly expect?: (sizeBytes: number) => void
  /** Around many sends at once, where the channel has a way to write them together. */
  readonly together?: (sends: () => void) => void
}

function roundTrip(end: EventEnd, { count, ms = 0, whole }: TaskInput): Promise<Float64Array> {
  const message = new StampedMessage()
  const samplesNs = new Float64Array(count)
  let index = 0
  let began = 0
  const send = (): void => {
    message.stamp(index)
    began = performance.now()
    end.send(message.bytes)
  }
  end.expect?.(messageBytes)
  const sendLater = ms > 0 ? () => setTimeout(send, ms) : send
  return new Promise((resolve, reject) => {
    end.onMessage = (reply) => {
      samplesNs[index] = (performance.now() - began) * 1e6
      try {
        verify(reply, messageBytes, index, whole)
      } catch (error) {
        return reject(error)
      }
      if (++index === count) resolve(samplesNs)
      else sendLater()
    }
    sendLater()
  })
}

function echo(end: EventEnd, { count }: TaskInput): Promise<void> {
  const reply = Buffer.from(new ArrayBuffer(messageBytes))
  let echoed = 0
  end.expect?.(messageBytes)
  return new Promise((resolve) => {
    end.onMessage = (message) => {
      reply.set(message)
      end.send(reply)
      if (++echoed === count) resolve()
    }
  })
}

function pump(end: EventEnd, { count, sizeBytes = messageBytes }: TaskInput): Promise<number> {
  const message = new StampedMessage(sizeBytes)
  const window = windowOf(sizeBytes)
  const credits = creditsFor(count, window)
  const together = end.together ?? ((sends) => sends())
  let sent = 0
  let credited = 0
  end.expect?.(messageBytes)
  const beganNs = sharedClockNs()
  return new Promise((resolve) => {
    const burst = (): void => {
      const until = Math.min(count, window.messages + credited * window.messagesPerCredit)
      while (sent < until) {
        message.stamp(sent++)
        end.send(message.bytes)
      }
      // A credit that comes later would be taken for a message of the next task.
      if (sent === count && credited === credits) resolve(beganNs)
    }
    end.onMessage = () => {
      credited++
      together(burst)
    }
    together(burst)
  })
}

function drain(end: EventEnd, { count, sizeBytes = messageBytes, whole = false }: TaskInput): Promise<number> {
  const check = new StreamCheck(sizeBytes, whole)
  const { messagesPerCredit } = windowOf(sizeBytes)
  const credit = new StampedMessage().bytes
  end.expect?.(sizeBytes)
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

function mailboxOf(end: EventEnd): Mailbox {
  const receive = (): Promise<Uint8Array> => {
    end.expect?.(messageBytes)
    return new Promise((resolve) => {
      end.onMessage = resolve
    })
  }
  return {
    send: (message) => end.send(Buffer.from(message)),
    receive,
    async *messages() {
      for (;;) yield await receive()
    },
  }
}

/**
 * `roundTrip`, `stream` and `idle` as the tasks of those names on a bus, in the style of events.
 *
 * ```
 *  near                      far                near                      far
 *  send ─────────────────▶ 'message'            send ─────────────────▶ 'message', check
 *  'message' ◀──────────────── send             'message' ◀── one credit for a quarter of the window
 * ```
 */
export function nearEvents(end: EventEnd): Tasks {
  return {
    roundTrip: (input) => roundTrip(end, input),
    stream: (input) => pump(end, input),
    ...nearIdleness(mailboxOf(end)),
  }
}

export function farEvents(end: EventEnd): Tasks {
  return {
    roundTrip: (input) => echo(end, input),
    stream: (input) => drain(end, input),
    ...farIdleness(mailboxOf(end)),
  }
}
