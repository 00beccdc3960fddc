import { type Content, NumberedContent } from './content.js'

/** Answered; and executed, but never answered: whoever waits for it falls asleep. */
export const answeredType = 1
export const hangingType = 2

const numberBytes = 4

/** The number that a request, or a reply, begins with; one that no call has where there is no room for one. */
export function numberAt(bytes: Uint8Array, start: number, size: number): number {
  if (size < numberBytes) return Number.MAX_SAFE_INTEGER
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(start, true)
}

/** Payloads that begin with their number: an RPC needs the type for what is called. */
class NumberedPayloads {
  readonly #content: NumberedContent

  constructor(seed: number, mostPayloadBytes: number) {
    this.#content = new NumberedContent(seed, Math.max(0, mostPayloadBytes - numberBytes))
  }

  sizeOf(index: number): number {
    return numberBytes + this.#content.sizeOf(index)
  }

  payload(index: number): Uint8Array {
    const bytes = new Uint8Array(this.sizeOf(index))
    new DataView(bytes.buffer).setUint32(0, index, true)
    bytes.set(this.#content.payload(index), numberBytes)
    return bytes
  }

  equals(index: number, bytes: Uint8Array, start: number): boolean {
    return this.#content.equals(index, bytes, start + numberBytes)
  }
}

/** The calls of a round and their replies. No reply is like the reply to another call. */
export class CallContent {
  readonly requests: Content
  readonly replies: NumberedPayloads
  /** The call that is never answered; −1: all are. */
  readonly hangs: number

  constructor(seed: number, mostPayloadBytes: number, hangs: number) {
    const requests = new NumberedPayloads(seed, mostPayloadBytes)
    this.hangs = hangs
    this.requests = {
      sizeOf: (index) => requests.sizeOf(index),
      typeOf: (index) => (index === hangs ? hangingType : answeredType),
      payload: (index) => requests.payload(index),
      equals: (index, bytes, start) => requests.equals(index, bytes, start),
      identify: (_typeId, bytes, start, size) => numberAt(bytes, start, size),
    }
    this.replies = new NumberedPayloads(~seed, mostPayloadBytes)
  }

  isReplyTo(index: number, bytes: Uint8Array): boolean {
    return (
      bytes.length === this.replies.sizeOf(index) &&
      numberAt(bytes, 0, bytes.length) === index &&
      this.replies.equals(index, bytes, 0)
    )
  }

  /** Size of the reply that is sent as number `place`, where calls are answered in order. */
  replySizeAt(place: number): number {
    return this.replies.sizeOf(this.hangs >= 0 && place >= this.hangs ? place + 1 : place)
  }
}
