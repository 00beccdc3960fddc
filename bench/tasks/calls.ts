import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'

/** What JSON calls carry: about as much as the messages of bytes, as text. */
export interface Quote {
  readonly index: number
  readonly price: number
  readonly ok: boolean
}

/** What limits a single call, where a caller can say so. */
export interface CallLimits {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** The asking side of a contender: both calls are answered with what they carry. */
export interface EchoCaller {
  /** @param request in memory that is written again once the call is answered */
  call(request: Buffer, limits?: CallLimits): Promise<Uint8Array>
  callJson(request: Quote): Promise<Quote>
}

/** Long enough never to fire. */
const timeoutMs = 60_000

/** One after the other, in nanoseconds each. */
async function oneInFlight({ call }: EchoCaller, { count, whole }: TaskInput): Promise<Float64Array> {
  const message = new StampedMessage()
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    message.stamp(index)
    const began = performance.now()
    const reply = await call(message.bytes)
    samplesNs[index] = (performance.now() - began) * 1e6
    verify(reply, messageBytes, index, whole)
  }
  return samplesNs
}

async function oneInFlightJson({ callJson }: EchoCaller, { count }: TaskInput): Promise<Float64Array> {
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const began = performance.now()
    const reply = await callJson({ index, price: 12.5, ok: true })
    samplesNs[index] = (performance.now() - began) * 1e6
    verifyQuote(reply, index)
  }
  return samplesNs
}

function verifyQuote(reply: Quote, index: number): void {
  if (reply.index !== index || reply.price !== 12.5 || reply.ok !== true) {
    throw new Error(`not quote ${index} but ${JSON.stringify(reply)}`)
  }
}

type Lane = (nextIndex: () => number) => Promise<void>

/** As many lanes as calls are to be in flight, each with one of them. @returns milliseconds for all */
async function inFlight({ count, lanes = 1 }: TaskInput, startLane: () => Lane): Promise<number> {
  let next = 0
  const nextIndex = (): number => (next < count ? next++ : -1)
  const began = performance.now()
  await Promise.all(Array.from({ length: lanes }, () => startLane()(nextIndex)))
  return performance.now() - began
}

function bytesLane({ call }: EchoCaller, limits?: CallLimits): Lane {
  const message = new StampedMessage()
  return async (nextIndex) => {
    for (let index = nextIndex(); index >= 0; index = nextIndex()) {
      message.stamp(index)
      verify(await call(message.bytes, limits), messageBytes, index)
    }
  }
}

function jsonLane({ callJson }: EchoCaller): Lane {
  return async (nextIndex) => {
    for (let index = nextIndex(); index >= 0; index = nextIndex()) {
      verifyQuote(await callJson({ index, price: 12.5, ok: true }), index)
    }
  }
}

/**
 * `call`, `callJson`: one call in flight, each timed. `calls`, `callsJson`: so many `lanes`, each with one call in flight.
 * `callsTimeout`, `callsSignal`: the same as `calls`, each call with a time-out, or with its lane's signal.
 *
 * ```
 *  near                                 far
 *  call, call, call … ───────────────▶ handler
 *  reply, reply, reply … ◀──────────── what it was given
 * ```
 */
export function nearCalls(caller: EchoCaller): Side['tasks'] {
  return {
    call: (input) => oneInFlight(caller, input),
    callJson: (input) => oneInFlightJson(caller, input),
    calls: (input) => inFlight(input, () => bytesLane(caller)),
    callsJson: (input) => inFlight(input, () => jsonLane(caller)),
    callsTimeout: (input) => inFlight(input, () => bytesLane(caller, { timeoutMs })),
    callsSignal: (input) => inFlight(input, () => bytesLane(caller, { signal: new AbortController().signal })),
  }
}

const answered = (): void => undefined

/** The far side answers by itself, whatever is measured. */
export const farCalls: Side['tasks'] = {
  call: answered,
  callJson: answered,
  calls: answered,
  callsJson: answered,
  callsTimeout: answered,
  callsSignal: answered,
}
