import { type ErrorCode, RingwayError } from '../errors.js'

/** The codes of failed calls; what fails below them (a time-out, a dead peer) keeps its own. */
export type RpcErrorCode = Extract<ErrorCode, `ERR_RINGWAY_RPC_${string}`>

/** What a handler on the other side threw, as far as it crossed the wire. */
export interface RemoteFailure {
  /** `TypeError`, `ValueError` … */
  readonly name: string
  readonly message: string
  /** The error's own `code`, where it has one that is a text or a number. */
  readonly code?: string | number
  /** The error's own `data`, where it has some that JSON can hold. */
  readonly data?: unknown
  /** Where the server was told to say so. */
  readonly stack?: string
}

export interface RpcErrorOptions extends ErrorOptions {
  readonly remote?: RemoteFailure | undefined
}

/** A call that failed, while the connection did not. */
export class RpcError extends RingwayError {
  override readonly name = 'RpcError'
  /** Defined when the handler threw. */
  readonly remote: RemoteFailure | undefined

  constructor(code: RpcErrorCode, message: string, options: RpcErrorOptions = {}) {
    const { remote, ...errorOptions } = options
    super(code, message, errorOptions)
    this.remote = remote
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof RingwayError && value.code.startsWith('ERR_RINGWAY_RPC_')
  }
}
