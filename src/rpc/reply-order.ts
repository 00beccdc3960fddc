import { ErrorCode } from '../errors.js'
import type { CorrelationId } from '../ring/correlation.js'
import { CallOrder } from './call-order.js'
import { RpcError } from './rpc-error.js'

/**
 * Holds a foreign callee to the order of the calls. One that gives another id costs the call whose turn it was: the reply
 * to it is lost, or was given a wrong id. The calls after it go on.
 */
export class ReplyOrder {
  readonly #order = new CallOrder()
  readonly #fail: (id: number, error: RpcError) => void

  /** @param fail called for each call whose reply will not come any more */
  constructor(fail: (id: number, error: RpcError) => void) {
    this.#fail = fail
  }

  get next(): CorrelationId | undefined {
    return this.#order.next
  }

  /** Ids are given in the order of the ring, but one whose slot is written by hand is told of late. */
  sent(id: number): void {
    if (Number(this.#order.last ?? 0) < id) this.#order.push(id)
    else this.#order.insert(id)
  }

  /** It was not sent after all. */
  remove(id: number): void {
    this.#order.remove(id)
  }

  /** A reply came. @returns whether it may be delivered: its call is open, and those before it have failed by now */
  answered(id: CorrelationId): boolean {
    if (this.#order.next === id) {
      this.#order.shift()
      return true
    }
    const known = this.#order.has(id)
    // A late reply to a call that failed here for its lateness owes nothing to the call whose turn it is.
    const late = !known && typeof id === 'number' && id !== 0 && id < Number(this.#order.next ?? 0)
    if (late) return false
    do this.#failNext(id)
    while (known && this.#order.next !== id)
    if (known) this.#order.shift()
    return known
  }

  #failNext(id: CorrelationId): void {
    const failed = this.#order.shift()
    if (failed === undefined) return
    this.#fail(
      failed as number,
      new RpcError(ErrorCode.rpcProtocol, `The callee replied to call ${id} where the reply to call ${failed} was due`),
    )
  }
}
