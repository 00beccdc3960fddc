import { ErrorCode, RingwayError, TimeoutError } from '../../errors.js'
import type { BridgeChannel } from '../../transport/bridge-channel.js'
import { RpcError } from '../rpc-error.js'
import { type BridgeAnswer, decodeAnswer } from './envelope.js'
import type { BridgeCall } from './pending-call.js'

/** An answer to nobody here is left for another client this long, which needs microseconds if it waits for it. */
const leaveForMs = 50

/**
 * What a client does with the answers it finds. They bear the id of their request: one whose caller gave up is dropped,
 * one that another client waits for is left to it.
 */
export class AnswerBox {
  readonly #channel: BridgeChannel
  /** Requests that the server has, or will have, and nobody waits for any more. */
  readonly #abandoned = new Set<string>()
  #foreignId: string | undefined
  #foreignSinceMs = 0
  #sawForeign = false

  constructor(channel: BridgeChannel) {
    this.#channel = channel
  }

  get abandoned(): number {
    return this.#abandoned.size
  }

  /** The call's answer will be dropped when it comes. */
  abandon(call: BridgeCall): void {
    this.#abandoned.add(call.id)
  }

  /** Nobody waits for it any more: what the server has not read yet is taken back. */
  giveUp(call: BridgeCall): void {
    const withdrawn = this.#channel.request.tryTake((request) => request.equals(call.bytes))
    if (withdrawn === undefined) this.abandon(call)
  }

  timeoutOf(call: BridgeCall): TimeoutError {
    const why = this.#sawForeign
      ? '; answers to another client of this bridge were seen, which may have taken ours'
      : ''
    return new TimeoutError(`The call of ${call.method} took longer than ${call.timeoutMs} ms${why}`)
  }

  /**
   * Reads what is there.
   * @param call the one whose answer is waited for, if any
   * @returns its answer; `none`: there was nothing; `dropped`: there may be more; `left`: look again a little later
   * @throws RpcError `ERR_RINGWAY_RPC_PROTOCOL` for an answer that makes no sense, which is gone then
   */
  take(call: BridgeCall | undefined): BridgeAnswer | 'none' | 'dropped' | 'left' {
    let answer: BridgeAnswer | undefined
    let isLeft = false
    const bytes = this.#take((message) => {
      answer = decodeAnswer(message)
      isLeft = answer.id !== call?.id && !this.#abandoned.has(answer.id) && this.#isFresh(answer.id)
      return !isLeft
    })
    if (isLeft) return 'left'
    if (bytes === undefined || answer === undefined) return 'none'
    this.#foreignId = undefined
    if (answer.id !== call?.id) {
      this.#abandoned.delete(answer.id)
      return 'dropped'
    }
    // Servers answer in order: what was asked before this will not come any more, whoever took it.
    this.#abandoned.clear()
    return answer
  }

  #isFresh(id: string): boolean {
    const now = performance.now()
    if (this.#foreignId !== id) {
      this.#foreignId = id
      this.#foreignSinceMs = now
      this.#sawForeign = true
    }
    return now - this.#foreignSinceMs < leaveForMs
  }

  #take(isOurs: (message: Buffer) => boolean): Buffer | undefined {
    try {
      return this.#channel.response.tryTake(isOurs)
    } catch (cause) {
      if (!(cause instanceof RingwayError) || cause.code !== ErrorCode.corrupt) throw cause
      throw new RpcError(ErrorCode.rpcProtocol, cause.message, { cause })
    }
  }
}
