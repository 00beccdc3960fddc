import { type Payload, payloadBytes } from '../bus/payload.js'
import type { FrameBody } from './outbox.js'

/** One answer in bytes, or what writes them straight into the ring; `undefined` is an empty one. */
export type Answer = Payload | FrameBody | undefined

const nothing = new Uint8Array(0)

/** @throws `ERR_RINGWAY_INVALID_ARGUMENT` for what is no answer at all */
export function answerBody(answer: Answer): FrameBody {
  if (answer === undefined) return nothing
  const writable = typeof answer === 'object' && answer !== null && 'writeTo' in answer
  return writable ? answer : payloadBytes(answer)
}

export function isLate(answer: Answer | PromiseLike<Answer>): answer is PromiseLike<Answer> {
  return typeof answer === 'object' && answer !== null && typeof (answer as PromiseLike<Answer>).then === 'function'
}
