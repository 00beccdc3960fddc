// The live process of the target `handshake`. Arguments: a folder. Listens on `bus` and `rpc` there, and keeps connecting to
// `hostile-bus` and `hostile-rpc`, where the attacker listens.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { ErrorCode } from '../../../../src/errors.js'
import { Bus, type BusConsumer, type BusProducer } from '../../../../src/index.js'
import { RpcBus, RpcServer } from '../../../../src/rpc.js'
import { describe, outcomeName, outcomeOf, outcomeViolation } from '../oracle.js'

const folder = process.argv[2] as string
const connectors = 12
const goodType = 0x600d
const expected: ReadonlySet<string> = new Set([
  ErrorCode.handshake,
  ErrorCode.abiMismatch,
  ErrorCode.unsafeMemory,
  ErrorCode.capacityLimit,
  ErrorCode.peerRefused,
  ErrorCode.wrongRole,
  ErrorCode.corrupt,
  ErrorCode.permission,
  ErrorCode.timeout,
  ErrorCode.noListener,
  ErrorCode.closed,
  ErrorCode.peerClosed,
  ErrorCode.peerDead,
  ErrorCode.peerExited,
  ErrorCode.wouldStall,
  ErrorCode.tooLarge,
  ErrorCode.busy,
])

let outcomes: Record<string, number> = {}
let stopping = false
let finished = 0

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function count(place: string, error?: unknown): void {
  finished++
  let name = 'accepted'
  if (error !== undefined) {
    const outcome = outcomeOf(error, expected)
    if (outcome === outcomeViolation) say({ violation: `${place}: ${describe(error)}` })
    name = outcomeName(outcome)
  }
  outcomes[`${place}: ${name}`] = (outcomes[`${place}: ${name}`] ?? 0) + 1
}

function surprised(what: string): (error: unknown) => void {
  return (error) => {
    say({ violation: `${what}: ${describe(error)}` })
    process.exit(70)
  }
}
process.on('uncaughtException', surprised('uncaught exception'))
process.on('unhandledRejection', surprised('unhandled rejection'))

async function receiveSome(bus: BusConsumer): Promise<void> {
  for (let count = 0; count < 40; count++) {
    const message = bus.tryRecv() ?? (await bus.recv({ timeoutMs: 30 }))
    if (message === undefined) return
    if (message.data.length > bus.capacityBytes) throw new Error(`a message of ${message.data.length} bytes`)
    if (message.typeId === goodType) say({ good: message.text() })
  }
}

async function sendSome(bus: BusProducer): Promise<void> {
  for (let size = 0; size < 200; size += 50) bus.trySend(new Uint8Array(size), size)
  await bus.send(new Uint8Array(8), 8, { timeoutMs: 1 })
}

/** What may come of a bus to a hostile peer is one of the ends that the documentation has. */
async function use(
  place: string,
  open: () => Promise<{ run: () => Promise<unknown>; close: () => void }>,
): Promise<void> {
  let bus: Awaited<ReturnType<typeof open>> | undefined
  try {
    bus = await open()
    await bus.run()
    count(`${place}, attached`)
  } catch (error) {
    count(bus === undefined ? place : `${place}, attached`, error)
  } finally {
    bus?.close()
  }
}

async function serveBuses(): Promise<void> {
  const accepting = Bus.accept(`${folder}/bus`, 1024, { onPeerError: (error) => count('listener', error) })
  for await (const bus of accepting) {
    if (stopping) {
      bus.close()
      break
    }
    // Peers come faster than each of them is done with.
    void use('listener', async () => ({ run: () => receiveSome(bus), close: () => bus.close() }))
  }
}

async function keepConnecting(index: number): Promise<void> {
  while (!stopping) {
    const path = `${folder}/hostile-${index % 4 === 3 ? 'rpc' : 'bus'}`
    const options = { timeoutMs: 250, waitForListenerMs: 2000, maxCapacityBytes: 2 ** 20 }
    await use(index % 4 === 3 ? 'rpc connector' : 'connector', async () => {
      if (index % 4 === 3) {
        const caller = await RpcBus.connect(path, options)
        return {
          run: async () => caller.wait(await caller.call(new Uint8Array(9), 1), { timeoutMs: 1 }),
          close: () => caller.close(),
        }
      }
      if (index % 4 === 2) {
        const consumer = await Bus.connect(path, { ...options, role: 'consumer' })
        return { run: () => receiveSome(consumer), close: () => consumer.close() }
      }
      const producer = await Bus.connect(path, options)
      return { run: () => sendSome(producer), close: () => producer.close() }
    })
    await turn()
  }
}

function left(): object {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return { fds: readdirSync('/proc/self/fd').length, maps: maps.filter((line) => line.includes('memfd:')).length }
}

const rpc = await RpcServer.listen(
  `${folder}/rpc`,
  { echo: (value: unknown) => value },
  {
    capacityBytes: 1024,
    onPeerError: (error) => count('rpc listener', error),
  },
)
const serving = serveBuses()
const began = left()
say({ ready: true, ...began })
const reports = setInterval(() => {
  say({ outcomes, finished })
  outcomes = {}
}, 100)

process.stdin.resume()
process.stdin.on('data', (text) => {
  // The attacker listens from now on.
  if (String(text).includes('connect'))
    connecting ??= Array.from({ length: connectors }, (_, index) => keepConnecting(index))
})
let connecting: Promise<void>[] | undefined
await new Promise((resolve) => process.stdin.once('end', resolve))
stopping = true
await Promise.all(connecting ?? [])
// One more peer ends the loop.
const last = await Bus.connect(`${folder}/bus`)
await serving
last.close()
rpc.close()
await rpc.closed
clearInterval(reports)
for (let round = 0; round < 20; round++) {
  ;(globalThis as { gc?: () => void }).gc?.()
  await sleep(10)
}
say({ outcomes, finished, began, ended: left() })
