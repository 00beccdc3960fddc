import type { CorrelationId } from '../ring/correlation.js'

/** A message that owns its bytes. */
export class Message {
  /** A copy, which nobody else writes to. */
  readonly data: Uint8Array
  /** 0 to 2^32 − 1. */
  readonly typeId: number

  constructor(data: Uint8Array, typeId: number) {
    this.data = data
    this.typeId = typeId
  }

  /** The bytes as UTF-8; what is not UTF-8 becomes U+FFFD. Allocates the string. */
  text(): string {
    return decodeUtf8(this.data)
  }
}

/** A call or a reply that owns its bytes. */
export class CorrelatedMessage extends Message {
  /** The id that a reply shares with its call; a bigint only beyond 2^53 − 1. */
  readonly correlationId: CorrelationId

  constructor(data: Uint8Array, typeId: number, correlationId: CorrelationId) {
    super(data, typeId)
    this.correlationId = correlationId
  }
}

/** A byte order mark is text like the rest: what was sent is what arrives. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** @param bytes must not be shared memory: measuring and then writing crashes Node when a peer changes them in between */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
