import type { BridgeSlot } from '../../transport/bridge-slot.js'

/** Whoever waits for an answer takes it at once, also one that comes late by our reckoning. */
const lateAnswerMs = 100

/**
 * Where a server puts its answers. A client that gave up leaves its answer unread, and takes it for the answer to its next
 * call; so what is not read in time is taken back.
 */
export class AnswerSlot {
  readonly #slot: BridgeSlot
  readonly #clientTimeoutMs: number
  #withdrawAtMs: number | undefined

  /** @param clientTimeoutMs how long clients wait */
  constructor(slot: BridgeSlot, clientTimeoutMs: number) {
    this.#slot = slot
    this.#clientTimeoutMs = clientTimeoutMs
  }

  /** Whether an answer had not been read when it was looked at. */
  get isUnread(): boolean {
    return this.#withdrawAtMs !== undefined
  }

  /** @returns false when the answer before has not been read */
  tryPut(bytes: Buffer, requestedMs: number): boolean {
    if (!this.#slot.tryPut(bytes)) return false
    const now = performance.now()
    const gaveUpAtMs = requestedMs + this.#clientTimeoutMs
    this.#withdrawAtMs = Math.max(gaveUpAtMs, now + lateAnswerMs)
    return true
  }

  /** To be called now and then. */
  look(nowMs: number): void {
    this.#slot.repair(nowMs)
    if (this.#withdrawAtMs === undefined) return
    if (!this.#slot.hasMessage) this.#withdrawAtMs = undefined
    else if (nowMs >= this.#withdrawAtMs) this.#slot.tryTake()
  }
}
