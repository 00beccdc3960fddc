// The live caller of the target `rpc`: connects to the attacker again and again, and makes calls of every kind. Argument: the
// path where the attacker listens.
import { setImmediate as turn } from 'node:timers/promises'
import { ErrorCode } from '../../../../src/errors.js'
import { json, RpcClient, structured } from '../../../../src/rpc.js'
import { describe, outcomeName, outcomeOf, outcomeViolation } from '../oracle.js'
import { typeBytes, typeJson, typeSane, typeStream, typeStructured } from '../rpc-frames.js'

const roundsPerConnection = 10
const callTimeoutMs = 2000
const mostItems = 200
const expected: ReadonlySet<string> = new Set([
  ...Object.values(ErrorCode).filter((code) => code.startsWith('ERR_RINGWAY_RPC_')),
  ErrorCode.timeout,
  ErrorCode.peerClosed,
  ErrorCode.peerDead,
  // The attacker listens no more, when its inputs are through.
  ErrorCode.peerRefused,
  ErrorCode.noListener,
])
let outcomes: Record<string, number> = {}
let stopping = false
let connections = 0

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

function count(place: string, error?: unknown): void {
  let name = 'answered'
  if (error !== undefined && (error as { name?: unknown }).name !== 'AbortError') {
    const outcome = outcomeOf(error, expected)
    if (outcome === outcomeViolation) say({ violation: `${place}: ${describe(error)}` })
    name = outcomeName(outcome)
  }
  outcomes[`${place}: ${name}`] = (outcomes[`${place}: ${name}`] ?? 0) + 1
}

async function settle(place: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
    count(place)
  } catch (error) {
    count(place, error)
  }
}

async function stream(client: RpcClient, window: number, most: number): Promise<void> {
  let items = 0
  for await (const item of client.stream(typeStream, new Uint8Array(8), { window })) {
    if (!(item instanceof Uint8Array)) say({ violation: 'an item that is no bytes' })
    if (++items >= most) break
  }
}

async function structuredStream(client: RpcClient): Promise<void> {
  const codec = structured()
  let items = 0
  for await (const _item of client.stream('count', 3, { request: codec, response: codec })) {
    if (++items >= mostItems) break
  }
}

function round(client: RpcClient): Promise<void>[] {
  const calls: Promise<void>[] = []
  for (let index = 0; index < 4; index++) {
    const timeoutMs = callTimeoutMs
    calls.push(settle('call', client.call(typeBytes, new Uint8Array(index * 10), { timeoutMs })))
    calls.push(settle('json', client.invoke(typeJson, { index }, { timeoutMs, request: json(), response: json() })))
    calls.push(
      settle(
        'structured',
        client.invoke(typeStructured, { index }, { timeoutMs, request: structured(), response: structured() }),
      ),
    )
    calls.push(settle('named', client.invoke('echo', index, { timeoutMs })))
    calls.push(settle('stream', stream(client, 1 + index * 7, index === 0 ? 2 : mostItems)))
    calls.push(settle('structured stream', structuredStream(client)))
  }
  const given = new AbortController()
  calls.push(
    settle('aborted', client.call(typeBytes, new Uint8Array(3), { signal: given.signal, timeoutMs: callTimeoutMs })),
  )
  void turn().then(() => given.abort())
  return calls
}

/** Whatever came before, a call that is answered well is answered. */
async function sane(client: RpcClient): Promise<void> {
  const text = `sane ${connections}`
  try {
    const reply = Buffer.from(await client.call(typeSane, Buffer.from(text), { timeoutMs: 20_000 })).toString()
    if (reply !== text) say({ violation: `a sane call was answered by: ${reply}` })
  } catch (error) {
    if (!stopping) say({ violation: `a sane call failed: ${describe(error)}` })
  }
}

process.stdin.resume()
process.stdin.once('end', () => {
  stopping = true
})
say({ ready: true })
while (!stopping) {
  let client: RpcClient
  try {
    client = await RpcClient.connect(process.argv[2] as string, { waitForListenerMs: 500 })
  } catch (error) {
    if (!stopping) count('connect', error)
    continue
  }
  connections++
  for (let turns = 0; turns < roundsPerConnection && !stopping; turns++) await Promise.all(round(client))
  if (client.pendingCalls !== 0) say({ violation: `${client.pendingCalls} calls are pending after all were settled` })
  if (!stopping) await sane(client)
  client.close()
  say({ outcomes, connections })
  outcomes = {}
}
