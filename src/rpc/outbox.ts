import { type NotYet, notYet } from '../bus/not-yet.js'
import { copyOf } from '../bus/rx-guard.js'
import type { Sender } from '../bus/sender.js'
import type { CorrelationId } from '../ring/correlation.js'
import type { Writable } from './codecs.js'

/** What is sent as one frame: bytes, or what writes itself into the slot. */
export type FrameBody = Uint8Array | Writable

/** A frame that waits for room. */
export interface WaitingFrame {
  readonly bytes: Uint8Array
  readonly typeId: number
  readonly correlationId: CorrelationId
}

/**
 * Frames on their way into one ring: written at once while there is room, and kept in order while there is none. Frames that
 * wait can be withdrawn.
 */
export class Outbox {
  readonly #sender: Sender
  readonly #onDrained: () => void
  readonly #waiting = new Set<WaitingFrame>()
  #watching = false

  /** @param onDrained called when nothing waits any more that did */
  constructor(sender: Sender, onDrained: () => void) {
    this.#sender = sender
    this.#onDrained = onDrained
  }

  /** Whether everything is in the ring. */
  get empty(): boolean {
    return this.#waiting.size === 0
  }

  /**
   * @returns undefined when it is sent; otherwise what waits now
   * @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL`, how the connection ended
   */
  post(body: FrameBody, typeId: number, correlationId: CorrelationId): WaitingFrame | undefined {
    const sender = this.#sender
    if (this.#waiting.size === 0 && !sender.lent) {
      if (body instanceof Uint8Array) {
        if (sender.trySend(body, typeId, correlationId)) return undefined
      } else if (this.#tryWrite(body, typeId, correlationId)) {
        return undefined
      }
    }
    // Whoever made the bytes may use them for something else by the time there is room.
    const bytes = body instanceof Uint8Array ? copyOf(body) : writtenBytes(body)
    sender.checkFits(bytes.byteLength)
    const frame = { bytes, typeId, correlationId }
    this.#waiting.add(frame)
    this.#watch()
    return frame
  }

  /** @returns false when it was sent before */
  withdraw(frame: WaitingFrame): boolean {
    return this.#waiting.delete(frame)
  }

  clear(): void {
    this.#waiting.clear()
  }

  /** Writes straight into the ring. @returns false when it cannot now, or never in the size that may be needed at most */
  #tryWrite(body: Writable, typeId: number, correlationId: CorrelationId): boolean {
    const { maxBytes } = body
    if (maxBytes > this.#sender.maxPayloadBytes) return false
    const guard = this.#sender.trySendZeroCopy(maxBytes, typeId, correlationId)
    if (guard === undefined) return false
    try {
      guard.commit(body.writeTo(guard.bytes))
    } finally {
      guard[Symbol.dispose]()
    }
    return true
  }

  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    // However it ends, who posted learns it elsewhere: nothing is sent after the end of the connection.
    void this.#sender.queue.wait('post', this.#drain, undefined).catch(() => this.clear())
  }

  readonly #drain = (): undefined | NotYet => {
    for (const frame of this.#waiting) {
      if (!this.#sender.trySendQueued(frame.bytes, frame.typeId, frame.correlationId)) return notYet
      this.#waiting.delete(frame)
    }
    this.#watching = false
    this.#onDrained()
    return undefined
  }
}

/** The frame as bytes, for whoever cannot write it in place. */
export function writtenBytes(body: FrameBody): Uint8Array {
  if (body instanceof Uint8Array) return body
  const bytes = new Uint8Array(body.maxBytes)
  return bytes.subarray(0, body.writeTo(bytes))
}
