/**
 * Every code that ringway throws, and nothing else does. `docs/errors.md` says of each when it occurs and what to do.
 */
export const ErrorCode = {
  invalidArgument: 'ERR_RINGWAY_INVALID_ARGUMENT',
  invalidCapacity: 'ERR_RINGWAY_INVALID_CAPACITY',
  pathTooLong: 'ERR_RINGWAY_PATH_TOO_LONG',
  pathInUse: 'ERR_RINGWAY_PATH_IN_USE',
  pathNotSocket: 'ERR_RINGWAY_PATH_NOT_SOCKET',
  noListener: 'ERR_RINGWAY_NO_LISTENER',
  permission: 'ERR_RINGWAY_PERMISSION',
  peerRefused: 'ERR_RINGWAY_PEER_REFUSED',
  handshake: 'ERR_RINGWAY_HANDSHAKE',
  abiMismatch: 'ERR_RINGWAY_ABI_MISMATCH',
  unsafeMemory: 'ERR_RINGWAY_UNSAFE_MEMORY',
  capacityLimit: 'ERR_RINGWAY_CAPACITY_LIMIT',
  outOfMemory: 'ERR_RINGWAY_OUT_OF_MEMORY',
  wrongRole: 'ERR_RINGWAY_WRONG_ROLE',
  tooLarge: 'ERR_RINGWAY_TOO_LARGE',
  wouldStall: 'ERR_RINGWAY_WOULD_STALL',
  busy: 'ERR_RINGWAY_BUSY',
  guardEnded: 'ERR_RINGWAY_GUARD_ENDED',
  closed: 'ERR_RINGWAY_CLOSED',
  peerClosed: 'ERR_RINGWAY_PEER_CLOSED',
  peerExited: 'ERR_RINGWAY_PEER_EXITED',
  peerDead: 'ERR_RINGWAY_PEER_DEAD',
  corrupt: 'ERR_RINGWAY_CORRUPT',
  timeout: 'ERR_RINGWAY_TIMEOUT',
  deadlock: 'ERR_RINGWAY_DEADLOCK',
  rpcUnknownType: 'ERR_RINGWAY_RPC_UNKNOWN_TYPE',
  rpcUnknownMethod: 'ERR_RINGWAY_RPC_UNKNOWN_METHOD',
  rpcHandlerFailed: 'ERR_RINGWAY_RPC_HANDLER_FAILED',
  rpcNotSerialisable: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
  rpcTooLarge: 'ERR_RINGWAY_RPC_TOO_LARGE',
  rpcCancelled: 'ERR_RINGWAY_RPC_CANCELLED',
  rpcServerClosing: 'ERR_RINGWAY_RPC_SERVER_CLOSING',
  rpcProtocol: 'ERR_RINGWAY_RPC_PROTOCOL',
  unsupported: 'ERR_RINGWAY_UNSUPPORTED',
  system: 'ERR_RINGWAY_SYSTEM',
} as const

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/**
 * `instanceof` by code, so that it holds between the ESM and the CommonJS copy of this module in one process, where the
 * classes are two and the errors of either may reach a handler that knows the other.
 */
function isRingwayError(value: unknown): value is { code: string } {
  if (typeof value !== 'object' || value === null || !(value instanceof Error)) return false
  const { code } = value as { code?: unknown }
  return typeof code === 'string' && code.startsWith('ERR_RINGWAY_')
}

/** What every failure of ringway is: a stable `code`, a message with the numbers in it, and a `cause` where there is one. */
export class RingwayError extends Error {
  override readonly name: string = 'RingwayError'
  /** One of `ErrorCode`: stable, where the message is not. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRingwayError(value)
  }
}

/** A wait that reached its `timeoutMs`. Nothing was sent, received or lost by it. */
export class TimeoutError extends RingwayError {
  override readonly name = 'TimeoutError'

  constructor(message: string, options?: ErrorOptions) {
    super(ErrorCode.timeout, message, options)
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRingwayError(value) && value.code === ErrorCode.timeout
  }
}

/** The peer ended without a goodbye. What it had published before was delivered. */
export class PeerDeadError extends RingwayError {
  override readonly name = 'PeerDeadError'

  constructor(
    message: string,
    options?: ErrorOptions & { code?: typeof ErrorCode.peerDead | typeof ErrorCode.peerExited },
  ) {
    super(options?.code ?? ErrorCode.peerDead, message, options)
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRingwayError(value) && (value.code === ErrorCode.peerDead || value.code === ErrorCode.peerExited)
  }
}

/** The other side speaks another wire: magic, version, alignment or flags differ from ABI 0x04. */
export class AbiMismatchError extends RingwayError {
  override readonly name = 'AbiMismatchError'

  constructor(message: string, options?: ErrorOptions) {
    super(ErrorCode.abiMismatch, message, options)
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRingwayError(value) && value.code === ErrorCode.abiMismatch
  }
}
