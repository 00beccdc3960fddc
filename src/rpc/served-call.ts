import type { TxGuard } from '../bus/tx-guard.js'
import { ErrorCode, RingwayError } from '../errors.js'
import type { CorrelationId } from '../ring/correlation.js'
import type { PeerInfo } from '../transport/link.js'
import type { HandlerContext } from './handler.js'
import type { StreamSender } from './stream-sender.js'

/** What a call needs of the connection it came by. */
export interface ServedCallOwner {
  readonly peer: PeerInfo
  /** @throws as `HandlerContext.replyZeroCopy` */
  slotFor(call: ServedCall, maxBytes: number): TxGuard
}

/** A call in the hands of its handler; what the handler sees of it is its context. */
export class ServedCall implements HandlerContext {
  readonly id: CorrelationId
  readonly msgType: number | undefined
  readonly method: string | undefined
  /** Where the items of its answer come from, when that is a stream. */
  stream: StreamSender | undefined
  /** The slot that its handler writes the answer into. */
  guard: TxGuard | undefined
  /** It has its answer, or nobody waits for one any more. */
  #over = false
  #aborted: { readonly reason: unknown } | undefined
  #controller: AbortController | undefined
  readonly #owner: ServedCallOwner

  constructor(owner: ServedCallOwner, id: CorrelationId, msgType: number | undefined, method: string | undefined) {
    this.#owner = owner
    this.id = id
    this.msgType = msgType
    this.method = method
    this.stream = undefined
    this.guard = undefined
  }

  get peer(): PeerInfo {
    return this.#owner.peer
  }

  /** Made when somebody asks for it: most handlers do not, and it costs more than the rest of the call. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted !== undefined && !this.#controller.signal.aborted) this.#controller.abort(this.#aborted.reason)
    return this.#controller.signal
  }

  get over(): boolean {
    return this.#over
  }

  replyZeroCopy(maxBytes: number): TxGuard {
    if (this.#over || this.guard !== undefined) {
      throw new RingwayError(ErrorCode.busy, 'This call has its answer, or a guard for it')
    }
    this.guard = this.#owner.slotFor(this, maxBytes)
    return this.guard
  }

  /** @returns false when it was over before */
  finish(): boolean {
    if (this.#over) return false
    this.#over = true
    return true
  }

  /** Nobody waits for the answer any more. */
  abort(reason: unknown): void {
    this.#over = true
    this.#aborted = { reason }
    this.stream?.cancel()
    this.#controller?.abort(reason)
  }
}
