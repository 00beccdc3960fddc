import type { CorrelatedMessage } from '../bus/message.js'
import type { BlockOptions } from '../bus/wait-options.js'
import { ErrorCode } from '../errors.js'
import { type Answer, answerBody, isLate } from './answer.js'
import { asTooLarge, encodeFailure } from './failure-frames.js'
import {
  decodeNamedCall,
  encodeForeignError,
  FOREIGN_ERROR_TYPE,
  frameType,
  messageTypeOf,
  ROUTE_CANCEL,
  ROUTE_CREDIT,
  ROUTE_ERROR,
  ROUTE_NAMED_CALL,
  ROUTE_PLAIN,
  routeOf,
} from './frames.js'
import type { ResolvedHandler } from './handler.js'
import { HandlerRegistry, type Handlers } from './handler-registry.js'
import { writtenBytes } from './outbox.js'
import type { RpcCallee } from './rpc-callee.js'
import { RpcError } from './rpc-error.js'
import { ServedCall } from './served-call.js'

/** For a `Dispatcher`. */
export interface DispatchOptions {
  /** Whether a caller may see the stack of what a handler threw. @default false */
  readonly exposeStacks?: boolean
}

const errorType = frameType(ROUTE_ERROR, 0)

/**
 * Answers calls on a thread that does nothing else, such as a worker: blocks it until a call comes, and again until there
 * is room for the reply. Handlers answer before they return; one that answers later, or with a stream, fails its call.
 */
export class Dispatcher {
  /** Who answers: handlers can be added at any time. */
  readonly handlers: HandlerRegistry
  readonly #exposeStacks: boolean

  /** @param handlers as for `RpcServer.listen` @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
  constructor(handlers: Handlers, options: DispatchOptions = {}) {
    this.handlers = handlers instanceof HandlerRegistry ? handlers : new HandlerRegistry(handlers)
    this.#exposeStacks = options.exposeStacks === true
  }

  /**
   * Waits for one call and answers it.
   * @returns false when the caller has ended in good order, and nothing more will come
   * @throws how the connection ended otherwise; `TimeoutError`; nothing that a handler throws
   */
  serveOnceSync(callee: RpcCallee, options?: BlockOptions): boolean {
    for (;;) {
      const call = callee.serveSync(options)
      if (call === undefined) return false
      const route = routeOf(call.typeId)
      // Whoever answers before he takes the next call has nothing left to cancel, and sends no stream.
      if (callee.peer.native && (route === ROUTE_CANCEL || route === ROUTE_CREDIT)) continue
      try {
        this.#answer(callee, call)
        return true
      } catch (error) {
        // Nobody waits for the answer any more, and that is in good order.
        if (callee.state === 'peer-closed' || callee.state === 'peer-exited') return false
        throw error
      }
    }
  }

  /** Answers calls until the caller has ended in good order. @throws how the connection ended otherwise */
  serveForeverSync(callee: RpcCallee): void {
    while (this.serveOnceSync(callee));
  }

  #answer(callee: RpcCallee, message: CorrelatedMessage): void {
    const { correlationId: id, typeId } = message
    const messageType = messageTypeOf(typeId)
    const named = callee.peer.native && routeOf(typeId) === ROUTE_NAMED_CALL ? decodeNamedCall(message.data) : undefined
    const call = new ServedCall(
      {
        peer: callee.peer,
        slotFor: (_call, maxBytes) => callee.replyZeroCopySync(id, maxBytes, messageType),
      },
      id,
      named === undefined ? messageType : undefined,
      named?.name,
    )
    callee.onReplyWritten = () => call.finish()
    try {
      const answer = this.#invoke(call, typeId, named?.body ?? message.data)
      call.guard?.[Symbol.dispose]()
      if (!call.over) callee.replySync(id, writtenBytes(answerBody(answer)), messageType)
    } catch (error) {
      this.#answerFailure(callee, call, asTooLarge(error, 'reply'))
    } finally {
      callee.onReplyWritten = undefined
    }
  }

  #invoke(call: ServedCall, typeId: number, bytes: Uint8Array): Answer {
    const handler = this.#find(call, typeId)
    if (handler.kind === 'stream') {
      throw new RpcError(ErrorCode.rpcProtocol, 'A dispatcher answers once: a stream needs an RpcServer')
    }
    const answer = handler.invoke(bytes, call)
    if (!isLate(answer)) return answer
    // What becomes of it matters to nobody.
    answer.then(undefined, () => undefined)
    throw new RpcError(ErrorCode.rpcProtocol, 'A dispatcher answers at once: an async handler needs an RpcServer')
  }

  #find({ method, peer }: ServedCall, typeId: number): ResolvedHandler {
    const route = routeOf(typeId)
    if (method !== undefined) {
      const handler = this.handlers.byName(method)
      if (handler !== undefined) return handler
      throw new RpcError(ErrorCode.rpcUnknownMethod, `The server has no method ${method}`)
    }
    if (route !== ROUTE_PLAIN && peer.native) {
      throw new RpcError(ErrorCode.rpcProtocol, `A frame of route ${route} is no call`)
    }
    const handler = route === ROUTE_PLAIN ? this.handlers.byType(typeId) : undefined
    if (handler !== undefined) return handler
    throw new RpcError(ErrorCode.rpcUnknownType, `The server has no handler for message type ${messageTypeOf(typeId)}`)
  }

  /** @throws how the connection ended */
  #answerFailure(callee: RpcCallee, call: ServedCall, error: unknown): void {
    if (callee.state === 'closed') throw error
    call.guard?.[Symbol.dispose]()
    if (!call.finish()) return
    if (callee.peer.native) {
      callee.replySync(call.id, encodeFailure(error, callee.maxPayloadBytes, this.#exposeStacks), errorType)
    } else {
      callee.replySync(call.id, encodeForeignError(call.msgType ?? FOREIGN_ERROR_TYPE), FOREIGN_ERROR_TYPE)
    }
  }
}
