import type { Payload } from '../bus/payload.js'
import type { TxGuard } from '../bus/tx-guard.js'
import type { PeerInfo } from '../transport/link.js'
import type { Answer } from './answer.js'

export type { Answer }

/** What a handler may know of the call it answers. */
export interface HandlerContext {
  /**
   * Aborted when nobody waits for the answer any more: the caller cancelled, its time was up, it ended, or the server
   * closes. What the handler returns after that is dropped.
   */
  readonly signal: AbortSignal
  /** Who calls. */
  readonly peer: PeerInfo
  /** The type that was called; undefined for a call by name. */
  readonly msgType: number | undefined
  /** The name that was called; undefined for a call by type. */
  readonly method: string | undefined
  /**
   * A slot to write the answer into, without a copy, and without the codec. Its `commit` is the answer, and what the handler
   * returns is then dropped; a guard that is open when the handler ends is rolled back. Commit before anything is awaited:
   * until then no other answer reaches this caller.
   * @param maxBytes size of the slot; `commit` may send less
   * @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL`, `ERR_RINGWAY_BUSY` (the call has its answer), how the connection ended
   */
  replyZeroCopy(maxBytes: number): TxGuard
}

/** What answers calls: once, now or later, or with a stream of answers. */
export type Handler<Request = Uint8Array, Response = Payload | undefined> = (
  request: Request,
  context: HandlerContext,
) => Response | PromiseLike<Response> | AsyncIterable<Response>

/** Answers once. `undefined` is an empty answer, unless the handler has answered with `context.replyZeroCopy`. */
export interface UnaryHandler {
  readonly kind: 'unary'
  /**
   * @param bytes the request: a copy, which the handler may keep and change
   * @throws `RpcError` with `ERR_RINGWAY_RPC_NOT_SERIALISABLE` when a codec fails, and whatever the handler throws
   */
  invoke(bytes: Uint8Array, context: HandlerContext): Answer | PromiseLike<Answer>
}

/** Answers with a stream of items. */
export interface StreamHandler {
  readonly kind: 'stream'
  /** @param bytes as for `UnaryHandler` */
  invoke(bytes: Uint8Array, context: HandlerContext): AsyncIterable<Answer>
}

/** A handler with its codecs around it: bytes in, bytes out. */
export type ResolvedHandler = UnaryHandler | StreamHandler
