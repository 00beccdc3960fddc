import { ErrorCode, RingwayError } from '../../errors.js'
import type { TakeOver } from '../../transport/bridge-claim.js'

/** How a bridge, or a way to one, ended. */
export type BridgeEnd =
  | { readonly kind: 'closed' }
  /** The server took its names away, as one does that closes. */
  | { readonly kind: 'peer-closed' }
  /** The server ended without doing so. */
  | { readonly kind: 'peer-dead'; readonly error: RingwayError }
  /** Its memory was made shorter, or its names were removed by somebody else. */
  | { readonly kind: 'failed'; readonly error: RingwayError }

/** What a handler may know of the call it answers. */
export interface BridgeHandlerContext {
  readonly method: string
  /** Aborted when the server closes, and when the call took longer than `handlerTimeoutMs`. */
  readonly signal: AbortSignal
}

/**
 * @param params by name, as Python's keyword arguments. A handler says which it takes (`({ a }: { a: number }) => …`), and
 * nothing has checked that they are what it says
 * @returns what JSON can hold, or a promise of it; `undefined` becomes `null`
 */
export type BridgeHandler = (params: never, context: BridgeHandlerContext) => unknown

/** For `BridgeServer.listen`. */
export interface BridgeServerOptions {
  /** Bytes of each buffer, 5 to 2^30; the longest message is 4 bytes shorter. Clients may ask for less. Default: 4096 */
  readonly bufferBytes?: number | undefined
  /** Whether names that are there already are removed. Default: when no living process uses them */
  readonly takeOver?: TakeOver | undefined
  /** A handler that takes longer fails, and the next call is served. Default: none, a handler may take for ever */
  readonly handlerTimeoutMs?: number | undefined
  /** How long clients wait for an answer. One that nobody has read by then is taken back. Default: 5000, as in Python */
  readonly clientTimeoutMs?: number | undefined
  /** How long to poll after a message before sleeping, in microseconds. Default: 300 */
  readonly hotUs?: number | undefined
  /** Told of requests that make no sense and of answers that could not be given. None of them ends the server. */
  readonly onPeerError?: ((error: RingwayError) => void) | undefined
}

/** For `BridgeClient.connect`. */
export interface BridgeConnectOptions {
  /** How long to wait for a server that is not there yet. Default: 0 */
  readonly waitForListenerMs?: number | undefined
  /** How long a call may take, where it says nothing itself. Default: 5000, as in Python */
  readonly timeoutMs?: number | undefined
  /** How long to poll for an answer before sleeping, in microseconds. Default: 300 */
  readonly hotUs?: number | undefined
  /** Connect though more than one process has the bridge open. Default: false */
  readonly allowOtherClients?: boolean | undefined
}

export const defaultTimeoutMs = 5000
export const defaultHotUs = 300

/** @returns the option, or its default, if it is a number from 0 */
export function amount(name: string, value: number | undefined, standard: number): number {
  const given = value ?? standard
  if (typeof given === 'number' && given >= 0) return given
  throw new RingwayError(ErrorCode.invalidArgument, `${name} is a number from 0, not ${String(value)}`)
}
