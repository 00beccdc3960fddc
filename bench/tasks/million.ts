import type { TaskInput } from '../harness/channel.js'
import { sharedClockNs } from '../harness/clock.js'
import type { Side, Task } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'

/** Payload sizes of the stream. */
export const leastBytes = 8
export const mostBytes = 128

const noiseBytes = 4096
const messagesPerReport = 20_000

/** What the consumer counted. */
export interface Received {
  readonly messages: number
  readonly bytes: number
  readonly endedNs: number
}

/**
 * A stream that both sides know beforehand: sizes, types and bytes follow from a generator that each runs for itself, and
 * each message begins with its number, so that one lost, doubled, moved or changed cannot pass.
 *
 * ```
 *  0        4                              size, 8 to 128
 *  +--------+------------- … --------------+
 *  | index  | noise, from where drawn      |
 *  +--------+------------- … --------------+
 * ```
 */
class KnownStream {
  readonly #noise = Buffer.alloc(noiseBytes + mostBytes)
  readonly #message = Buffer.alloc(mostBytes)
  #random = 0x2545f491
  #index = 0
  typeId = 0

  constructor() {
    for (let at = 0; at < this.#noise.byteLength; at += 4) this.#noise.writeUInt32LE(this.#draw(), at)
  }

  /** The next message, in memory that the one after it overwrites. */
  next(): Buffer {
    const size = leastBytes + (this.#draw() % (mostBytes - leastBytes + 1))
    const from = this.#draw() % noiseBytes
    this.typeId = this.#draw()
    this.#noise.copy(this.#message, 0, from, from + size)
    this.#message.writeUInt32LE(this.#index++, 0)
    return this.#message.subarray(0, size)
  }

  /** Marsaglia's xorshift. */
  #draw(): number {
    let x = this.#random
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#random = x
    return x >>> 0
  }
}

/** @returns when the first message was sent */
async function produce({ tx }: BusEnds, { count }: TaskInput): Promise<number> {
  const stream = new KnownStream()
  const beganNs = sharedClockNs()
  for (let index = 0; index < count; index++) await tx.send(stream.next(), stream.typeId)
  return beganNs
}

async function consume({ rx }: BusEnds, { count }: TaskInput, report: (done: number) => void): Promise<Received> {
  const stream = new KnownStream()
  let messages = 0
  let bytes = 0
  for await (const message of rx) {
    const expected = stream.next()
    if (message.typeId !== stream.typeId || expected.compare(message.data) !== 0) {
      throw new Error(`message ${messages} is not what was sent but ${Buffer.from(message.data).toString('hex')}`)
    }
    bytes += message.data.byteLength
    if (++messages % messagesPerReport === 0) report(messages)
    if (messages === count) break
  }
  return { messages, bytes, endedNs: sharedClockNs() }
}

/**
 * `million`: `await send` and `for await`, each byte compared.
 *
 * ```
 *  near: await send ────── ring ──────▶ far: for await, compare
 * ```
 */
export const nearMillion = (ends: BusEnds): Side['tasks'] => ({
  million: ((input) => produce(ends, input)) satisfies Task,
})
export const farMillion = (ends: BusEnds): Side['tasks'] => ({
  million: ((input, report) => consume(ends, input, report)) satisfies Task,
})
