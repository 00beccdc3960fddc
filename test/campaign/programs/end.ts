// Plays one end of a connection, round after round, until it is killed or its coordinator has gone.
import { setTimeout as sleep } from 'node:timers/promises'
import { runBusEnd } from '../bus-end.js'
import { runClientEnd } from '../client-end.js'
import { codeOf } from '../codes.js'
import type { EndReport } from '../end-report.js'
import type { EndTask } from '../end-task.js'
import { Ledger, ledgerBytes } from '../ledger.js'
import type { Answer, Order } from '../messages.js'
import { leftOver, resourcesHeld } from '../resources.js'
import { runRpcBusEnd } from '../rpc-bus-end.js'
import { runSequel } from '../sequel.js'
import { runServerEnd } from '../server-end.js'

/** Sockets are closed by the event loop, a moment after they are given up. */
const lookPatienceMs = 3000
const lookEveryMs = 5
/** Longer than it takes the kernel to tell of a death. */
const busyMs = 15
const busyEveryMs = 20

const ledgers = new Map<string, Ledger>()
let abandon = new AbortController()
const heldBefore = resourcesHeld()

function ledgerOf(name: string): Ledger {
  let ledger = ledgers.get(name)
  if (ledger === undefined) {
    ledger = Ledger.open(name)
    ledgers.set(name, ledger)
  }
  return ledger
}

function playEnd(task: EndTask): Promise<EndReport> {
  if (task.plan.kind === 'bus') return runBusEnd(task)
  if (task.plan.kind === 'rpc-bus') return runRpcBusEnd(task)
  return task.part === 'producer' ? runClientEnd(task) : runServerEnd(task)
}

/** Blocks the thread again and again, as a program with other things to do. */
function beBusy(): NodeJS.Timeout {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  return setInterval(() => Atomics.wait(clock, 0, 0, busyMs), busyEveryMs)
}

async function runEnd(task: EndTask): Promise<EndReport> {
  const { plan, part } = task
  if (!plan.busy || part === plan.victim) return await playEnd(task)
  const other = beBusy()
  try {
    return await playEnd(task)
  } finally {
    clearInterval(other)
  }
}

async function look(): Promise<string[]> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const left = leftOver(heldBefore, resourcesHeld())
    if (left.length === 0 || waitedMs > lookPatienceMs) return left
    await sleep(lookEveryMs)
  }
}

async function obey(order: Exclude<Order, { do: 'abandon' }>): Promise<Answer> {
  if (order.do === 'look') return { done: 'look', left: await look() }
  abandon = new AbortController()
  const { signal } = abandon
  const { plan, part, path } = order
  if (order.do === 'run') {
    const report = await runEnd({ plan, part, path, signal, ledger: ledgerOf(order.ledger) })
    return { done: 'run', report }
  }
  try {
    await runSequel({ plan, part, path, signal, ledger: new Ledger(new ArrayBuffer(ledgerBytes)) })
    return { done: 'sequel', failure: undefined }
  } catch (error) {
    return { done: 'sequel', failure: codeOf(error) }
  }
}

function say(answer: Answer): void {
  process.send?.(answer)
}

process.on('message', (order: Order) => {
  if (order.do === 'abandon') abandon.abort(new Error('nobody will come'))
  else obey(order).then(say, (error: Error) => say({ done: 'failed', error: error.stack ?? error.message }))
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of the terminal: the coordinator says when it is over.
process.on('SIGINT', () => undefined)
say({ done: 'ready' })
