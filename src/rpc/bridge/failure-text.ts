import { ErrorCode, RingwayError } from '../../errors.js'
import { RpcError } from '../rpc-error.js'

/** Failures cross the wire as one text: the name of an exception, a colon, its message. The names are Python's. */
const unknownMethod = 'RPCError: Unknown method: '
const notSerialisable = 'RPCSerializationError'
/** What a server of this library says to whoever waits when it closes. */
export const closingText = 'RPCError: The server is closing'
const tooLarge = 'RPCTransportError: Message too large: '

export function unknownMethodText(method: string): string {
  return `${unknownMethod}${method}`
}

/** What a caller is told of anything that was thrown, in the words that Python's own server uses. */
export function failureText(thrown: unknown): string {
  if (thrown instanceof RingwayError) {
    if (thrown.code === ErrorCode.rpcTooLarge) return `${tooLarge}${thrown.message}`
    if (thrown.code === ErrorCode.rpcNotSerialisable) return `${notSerialisable}: ${thrown.message}`
  }
  if (thrown instanceof Error) return `${nameOf(thrown)}: ${textOf(thrown.message)}`
  return `Error: ${textOf(thrown)}`
}

function nameOf({ name }: Error): string {
  return typeof name === 'string' && name !== '' ? name : 'Error'
}

/** Not `String(value)` alone: it throws for an object without a prototype, and a handler may throw one. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'something without a text'
  }
}

/** The other way round: what the caller throws for such a text. */
export function failureOf(method: string, text: string): RpcError {
  if (text === unknownMethodText(method)) {
    return new RpcError(ErrorCode.rpcUnknownMethod, `The server has no method ${method}`)
  }
  if (text === closingText) return new RpcError(ErrorCode.rpcServerClosing, 'The server of the bridge is closing')
  if (text.startsWith(tooLarge)) return new RpcError(ErrorCode.rpcTooLarge, `The method ${method} failed: ${text}`)
  const colon = text.indexOf(': ')
  const remote =
    colon < 0 ? { name: text, message: '' } : { name: text.slice(0, colon), message: text.slice(colon + 2) }
  const code = remote.name === notSerialisable ? ErrorCode.rpcNotSerialisable : ErrorCode.rpcHandlerFailed
  return new RpcError(code, `The method ${method} failed: ${text}`, { remote })
}
