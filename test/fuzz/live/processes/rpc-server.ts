// The live callee of the target `rpc`: a server with handlers of every kind. Argument: the path to listen on.
import { setImmediate as turn } from 'node:timers/promises'
import { bytes, type HandlerContext, json, RpcServer, structured } from '../../../../src/rpc.js'
import { describe } from '../oracle.js'
import {
  typeBytes,
  typeFails,
  typeInPlace,
  typeJson,
  typeLater,
  typeSane,
  typeStream,
  typeStructured,
} from '../rpc-frames.js'

const capacityBytes = 2 ** 17
/** Smaller, so that some replies are too large, and others wait for room. */
const replyCapacityBytes = 2 ** 15
const mostItems = 50

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function surprised(what: string): (error: unknown) => void {
  return (error) => {
    say({ violation: `${what}: ${describe(error)}` })
    process.exit(70)
  }
}
process.on('uncaughtException', surprised('uncaught exception'))
process.on('unhandledRejection', surprised('unhandled rejection'))

/** Nobody but an attacker puts this into every object. */
function checkUnpolluted(): void {
  if (Object.keys(Object.prototype).length > 0 || ({} as { polluted?: unknown }).polluted !== undefined) {
    say({ violation: 'a property was put into every object' })
  }
}

function echo<T>(value: T): T {
  checkUnpolluted()
  return value
}

async function* items(request: unknown, context: HandlerContext): AsyncGenerator<unknown> {
  for (let item = 0; item < mostItems; item++) {
    if (context.signal.aborted) return
    yield request
  }
}

async function* byteItems(request: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let item = 0; item < mostItems; item++) yield request.subarray(0, 64)
}

async function later(value: unknown, context: HandlerContext): Promise<unknown> {
  for (let turns = 0; turns < 3 && !context.signal.aborted; turns++) await turn()
  return value
}

const named = {
  echo,
  slow: later,
  count: items,
  fail: () => {
    throw new RangeError('as planned')
  },
}

const server = await RpcServer.listen(process.argv[2] as string, named, {
  capacityBytes,
  replyCapacityBytes,
  onPeerError: (error) => say({ refused: error.code }),
})
server
  .register(typeBytes, echo)
  .register(typeSane, echo)
  .register(typeJson, echo, { request: json(), response: json() })
  .register(typeStructured, echo, { request: structured(), response: structured() })
  .register(typeFails, () => {
    throw Object.assign(new TypeError('as planned'), { code: 'E', data: { some: 'data' } })
  })
  .register(typeLater, later as (value: Uint8Array, context: HandlerContext) => Promise<Uint8Array>)
  .register(typeStream, byteItems, { request: bytes, response: bytes })
  .register(typeInPlace, (request, context) => {
    const guard = context.replyZeroCopy(Math.min(request.length, 4096))
    guard.bytes.fill(7)
    if (request.length % 3 !== 0) guard.commit()
    return undefined
  })
  .register('structured', echo, { request: structured(), response: structured() })

say({ ready: true })
process.stdin.resume()
await new Promise((resolve) => process.stdin.once('end', resolve))
say({ clients: server.clientCount, running: server.runningCalls })
server.close()
await server.closed
