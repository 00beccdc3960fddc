import type { CorrelationId } from '../ring/correlation.js'
import { HEADER_LENGTH } from '../ring/record-descriptor.js'

interface Turn {
  readonly id: CorrelationId
  reply: { readonly body: Uint8Array; readonly typeId: number } | undefined
}

/** Holds replies back until those to earlier calls are out: a foreign caller takes them in the order of its calls alone. */
export class OrderedReplies {
  readonly #turns: Turn[] = []
  readonly #maxBytes: number
  #heldBytes = 0
  readonly #post: (body: Uint8Array, typeId: number, id: CorrelationId) => void

  /** @param maxBytes what may be held back before it is `full` */
  constructor(maxBytes: number, post: (body: Uint8Array, typeId: number, id: CorrelationId) => void) {
    this.#maxBytes = maxBytes
    this.#post = post
  }

  /** Whether so much is held back that no further call should begin. */
  get full(): boolean {
    return this.#heldBytes >= this.#maxBytes
  }

  /** A call came: its reply takes its turn here. */
  expect(id: CorrelationId): void {
    this.#turns.push({ id, reply: undefined })
  }

  /** Whether the next reply out is this one. */
  isNext(id: CorrelationId): boolean {
    return this.#turns[0]?.id === id
  }

  /** The reply of the first in line went out by itself. */
  skip(): void {
    this.#turns.shift()
    this.#postReady()
  }

  answer(body: Uint8Array, typeId: number, id: CorrelationId): void {
    const turn = this.#turns.find((one) => one.id === id && one.reply === undefined)
    if (turn === undefined) return
    turn.reply = { body, typeId }
    this.#heldBytes += costOf(body)
    this.#postReady()
  }

  #postReady(): void {
    for (let turn = this.#turns[0]; turn?.reply !== undefined; turn = this.#turns[0]) {
      this.#turns.shift()
      this.#heldBytes -= costOf(turn.reply.body)
      this.#post(turn.reply.body, turn.reply.typeId, turn.id)
    }
  }
}

function costOf(body: Uint8Array): number {
  return HEADER_LENGTH + body.byteLength
}
