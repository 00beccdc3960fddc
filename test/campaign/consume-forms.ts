import type { Endpoint } from '../../src/bus/endpoint.js'
import type { Message } from '../../src/bus/message.js'
import type { RxBatch } from '../../src/bus/rx-batch.js'
import type { RxGuard } from '../../src/bus/rx-guard.js'
import type { DeliveryCheck } from './delivery-check.js'

export type Receives = Pick<
  Endpoint,
  | 'tryRecv'
  | 'recv'
  | 'recvSync'
  | 'tryRecvZeroCopy'
  | 'recvZeroCopy'
  | 'recvZeroCopySync'
  | 'tryDrainBatch'
  | 'drainBatch'
  | 'drainBatchSync'
  | 'consume'
  | 'messagesSync'
  | typeof Symbol.asyncIterator
>

/** The end of the stream, in good order. */
const over = Symbol('over')
type Step = typeof over | undefined
/** Takes what one call of a form brings, at most `most` messages. */
type Consume = (bus: Receives, check: DeliveryCheck, most: number) => Promise<Step> | Step

const mostPerBatch = 64

function takeMessage(check: DeliveryCheck, message: Message | undefined): Step {
  if (message === undefined) return over
  check.take(message.data, 0, message.data.length, message.typeId)
  return undefined
}

function takeGuard(check: DeliveryCheck, guard: RxGuard | undefined): Step {
  if (guard === undefined) return over
  check.take(guard.bytes, 0, guard.size, guard.typeId)
  guard.commit()
  return undefined
}

function takeBatch(check: DeliveryCheck, batch: RxBatch | undefined): Step {
  if (batch === undefined) return over
  for (const { bytes, typeId } of batch) check.take(bytes, 0, bytes.length, typeId)
  batch.commit()
  return undefined
}

/** A `try` form that finds nothing says so with undefined, and never that the stream is over: it throws then. */
function takeIfAny<T>(take: (check: DeliveryCheck, found: T | undefined) => Step) {
  return (check: DeliveryCheck, found: T | undefined): Step => {
    if (found !== undefined) take(check, found)
    return undefined
  }
}

const perBatch = (most: number): number => Math.min(most, mostPerBatch)

const steps = {
  tryRecv: (bus, check) => takeIfAny(takeMessage)(check, bus.tryRecv()),
  recv: async (bus, check) => takeMessage(check, await bus.recv()),
  recvSync: (bus, check) => takeMessage(check, bus.recvSync()),
  tryRecvZeroCopy: (bus, check) => takeIfAny(takeGuard)(check, bus.tryRecvZeroCopy()),
  recvZeroCopy: async (bus, check) => takeGuard(check, await bus.recvZeroCopy()),
  recvZeroCopySync: (bus, check) => takeGuard(check, bus.recvZeroCopySync()),
  tryDrainBatch: (bus, check, most) => takeIfAny(takeBatch)(check, bus.tryDrainBatch(perBatch(most))),
  drainBatch: async (bus, check, most) => takeBatch(check, await bus.drainBatch(perBatch(most))),
  drainBatchSync: (bus, check, most) => takeBatch(check, bus.drainBatchSync(perBatch(most))),
  consume(bus, check, most) {
    bus.consume((view, offset, size, typeId) => {
      check.take(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), offset, size, typeId)
    }, most)
    return undefined
  },
} as const satisfies Readonly<Record<string, Consume>>

export type ConsumeForm = keyof typeof steps | 'for await' | 'for of messagesSync'
export const consumeForms = [...Object.keys(steps), 'for await', 'for of messagesSync'] as ConsumeForm[]

/** Forms that give a message's room back before the program has seen it: so many can be lost with the program. */
export function mostInHand(form: ConsumeForm): number {
  return ['tryRecv', 'recv', 'recvSync', 'for await', 'for of messagesSync'].includes(form) ? 1 : 0
}

/**
 * Takes messages until `end` of them were taken, or until the stream ends.
 * @returns whether it ended in good order
 * @throws how the bus ended otherwise
 */
export async function consume(bus: Receives, form: ConsumeForm, check: DeliveryCheck, end: number): Promise<boolean> {
  if (check.delivered >= end) return false
  if (form === 'for await') {
    for await (const message of bus) {
      takeMessage(check, message)
      if (check.delivered >= end) return false
    }
    return true
  }
  if (form === 'for of messagesSync') {
    for (const message of bus.messagesSync()) {
      takeMessage(check, message)
      if (check.delivered >= end) return false
    }
    return true
  }
  const step: Consume = steps[form]
  while (check.delivered < end) {
    const taken = step(bus, check, end - check.delivered)
    if ((taken instanceof Promise ? await taken : taken) === over) return true
  }
  return false
}
