import type { CorrelationId } from '../ring/correlation.js'
import type { FrameBody } from './outbox.js'

interface Turn {
  readonly id: CorrelationId
  reply: { readonly body: FrameBody; readonly typeId: number } | undefined
}

/** Holds replies back until those to earlier calls are out: a foreign caller takes them in the order of its calls alone. */
export class OrderedReplies {
  readonly #turns: Turn[] = []
  readonly #post: (body: FrameBody, typeId: number, id: CorrelationId) => void

  constructor(post: (body: FrameBody, typeId: number, id: CorrelationId) => void) {
    this.#post = post
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

  answer(body: FrameBody, typeId: number, id: CorrelationId): void {
    const turn = this.#turns.find((one) => one.id === id && one.reply === undefined)
    if (turn === undefined) return
    turn.reply = { body, typeId }
    this.#postReady()
  }

  #postReady(): void {
    for (let turn = this.#turns[0]; turn?.reply !== undefined; turn = this.#turns[0]) {
      this.#turns.shift()
      this.#post(turn.reply.body, turn.reply.typeId, turn.id)
    }
  }
}
