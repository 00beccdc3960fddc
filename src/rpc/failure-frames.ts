import { decodeUtf8 } from '../bus/message.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { decodeForeignError } from './frames.js'
import { type RemoteFailure, RpcError, type RpcErrorCode } from './rpc-error.js'

/** What an error reply says, as JSON; `remote` when it was the handler that failed. */
interface WireFailure {
  readonly code: RpcErrorCode
  readonly message: string
  readonly remote?: RemoteFailure
}

const encoder = new TextEncoder()
const knownCodes: ReadonlySet<string> = new Set(
  Object.values(ErrorCode).filter((code) => code.startsWith('ERR_RINGWAY_RPC_')),
)
/** These a server says of a call by itself, or by its codecs; any other error came out of the handler. */
const saidAsTheyAre: ReadonlySet<string> = new Set([
  ErrorCode.rpcUnknownType,
  ErrorCode.rpcUnknownMethod,
  ErrorCode.rpcNotSerialisable,
  ErrorCode.rpcTooLarge,
  ErrorCode.rpcProtocol,
  ErrorCode.rpcServerClosing,
])

/** Out of a handler even codes of a server are those of another: one that it called. */
const thrownByHandlers = new WeakSet<object>()

/** Notes where an error comes from. @returns the error */
export function outOfHandler(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) thrownByHandlers.add(error)
  return error
}

/**
 * @param error whatever was thrown, which need not be an Error, nor be safe to look at
 * @param maxBytes what the reply ring takes: details are left out until it fits
 * @param withStack whether the caller may see where
 */
export function encodeFailure(error: unknown, maxBytes: number, withStack: boolean): Uint8Array {
  const failure = describe(error, withStack)
  const { code, message, remote } = failure
  const shorter: Partial<WireFailure>[] = [
    failure,
    { code, message, ...(remote && { remote: { name: remote.name, message: remote.message } }) },
    {
      code,
      message: message.slice(0, 100),
      ...(remote && { remote: { name: remote.name.slice(0, 50), message: '' } }),
    },
    { code },
  ]
  for (const said of shorter) {
    const frame = asJson(said)
    if (frame !== undefined && frame.byteLength <= maxBytes) return frame
  }
  return new Uint8Array(0)
}

/** @param frame a copy: never the ring itself */
export function decodeFailure(frame: Uint8Array, what: string): RpcError {
  const said = parse(frame)
  if (said === undefined) {
    return new RpcError(
      ErrorCode.rpcProtocol,
      `The ${what} failed, and the error reply of ${frame.length} bytes is none`,
    )
  }
  const { code, message, remote } = said
  return new RpcError(code, message === '' ? `The ${what} failed` : message, { remote })
}

/** What a program that speaks the ABI alone says of any failure. */
export function decodeForeignFailure(payload: Uint8Array, what: string): RpcError {
  const type = decodeForeignError(payload)
  const which = type === undefined ? 'without saying why' : `of type ${type}`
  return new RpcError(
    ErrorCode.rpcUnknownType,
    `The ${what} failed: the callee knows no handler ${which}, or it failed`,
  )
}

function describe(error: unknown, withStack: boolean): WireFailure {
  try {
    if (error instanceof RpcError && saidAsTheyAre.has(error.code) && !thrownByHandlers.has(error)) {
      return { code: error.code as RpcErrorCode, message: error.message }
    }
    const remote = remoteFailure(error, withStack)
    return { code: ErrorCode.rpcHandlerFailed, message: `The handler threw ${remote.name}: ${remote.message}`, remote }
  } catch {
    return { code: ErrorCode.rpcHandlerFailed, message: 'The handler threw what cannot be looked at' }
  }
}

function remoteFailure(error: unknown, withStack: boolean): RemoteFailure {
  if (!(error instanceof Error)) return { name: typeof error, message: textOf(error) }
  const { code, data } = error as { code?: unknown; data?: unknown }
  const stack = withStack && typeof error.stack === 'string' ? error.stack : undefined
  return {
    name: String(error.name),
    message: String(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(data !== undefined && asJson(data) !== undefined ? { data } : {}),
    ...(stack === undefined ? {} : { stack }),
  }
}

function textOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown)
  return JSON.stringify(thrown) ?? String(thrown)
}

function asJson(value: unknown): Uint8Array | undefined {
  try {
    const text = JSON.stringify(value)
    return text === undefined ? undefined : encoder.encode(text)
  } catch {
    return undefined
  }
}

function parse(frame: Uint8Array): WireFailure | undefined {
  let said: unknown
  try {
    said = JSON.parse(decodeUtf8(frame))
  } catch {
    return undefined
  }
  if (typeof said !== 'object' || said === null) return undefined
  const { code, message = '', remote } = said as Record<string, unknown>
  if (typeof code !== 'string' || !knownCodes.has(code) || typeof message !== 'string') return undefined
  const parsed = remote === undefined ? undefined : parseRemote(remote)
  return { code: code as RpcErrorCode, message, ...(parsed && { remote: parsed }) }
}

function parseRemote(remote: unknown): RemoteFailure | undefined {
  if (typeof remote !== 'object' || remote === null) return undefined
  const { name, message, code, data, stack } = remote as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(data === undefined ? {} : { data }),
    ...(typeof stack === 'string' ? { stack } : {}),
  }
}

/** A payload that no ring of this connection takes is a failed call, and the connection goes on. */
export function asTooLarge(error: unknown, what: string): unknown {
  if (!(error instanceof RingwayError)) return error
  if (error.code !== ErrorCode.tooLarge && error.code !== ErrorCode.wouldStall) return error
  return new RpcError(ErrorCode.rpcTooLarge, `The ${what} does not fit: ${error.message}`, { cause: error })
}
