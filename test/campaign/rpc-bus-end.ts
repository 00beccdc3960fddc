import { slotLength } from '../../src/ring/slot.js'
import { RpcBus } from '../../src/rpc/rpc-bus.js'
import type { RpcCallee } from '../../src/rpc/rpc-callee.js'
import type { RpcCaller } from '../../src/rpc/rpc-caller.js'
import { CallBook } from './call-book.js'
import { call } from './call-forms.js'
import { codeOf } from './codes.js'
import { DeliveryCheck } from './delivery-check.js'
import { type EndReport, inOrder } from './end-report.js'
import {
  callContentOf,
  closes,
  type EndTask,
  neverOpened,
  restsAfter,
  restUntilKilled,
  waitForListenerMs,
} from './end-task.js'
import { mostCalls, Phase } from './ledger.js'
import type { Plan } from './plan.js'
import { witnessRing } from './ring-witness.js'
import { serve } from './serve-forms.js'

const openTimeoutMs = 15_000

/**
 * Calls under way at a time: as many as are sure to have room, with their replies. With more, both ends could wait for room
 * for ever, each for the other: with a plain RpcBus that is the program's business.
 */
function windowOf({ window, mostPayloadBytes, capacityBytes, replyCapacityBytes }: Plan): number {
  const half = Math.min(capacityBytes, replyCapacityBytes) / 2
  return Math.max(1, Math.min(window, Math.floor(half / slotLength(mostPayloadBytes + 4))))
}

interface Told {
  readonly codes: readonly string[]
  readonly form: string
  readonly noticedNs: bigint
  readonly unsettled: number
}

async function runCaller(task: EndTask, bus: RpcCaller): Promise<Told> {
  const { plan, ledger } = task
  const book = new CallBook(callContentOf(plan), ledger)
  const rest = restsAfter(task)
  const { hangs } = book.content
  await call(bus, plan.callForm, book, hangs >= 0 ? hangs + 1 : Math.min(rest, mostCalls - 1), windowOf(plan))
  if (closes(task) && book.failed === 0) {
    ledger.phase = Phase.closing
    bus.close()
    return await restUntilKilled()
  }
  const wasTold = book.noticedNs !== undefined
  if (!wasTold) {
    await bus.closed
    book.noticedNs = process.hrtime.bigint()
  }
  return {
    codes: [...book.codes],
    form: wasTold ? plan.callForm : 'closed',
    noticedNs: book.noticedNs as bigint,
    unsettled: book.begun - book.replied - book.wrong - book.failed,
  }
}

async function runCallee(task: EndTask, bus: RpcCallee): Promise<Told> {
  const { plan, ledger } = task
  const content = callContentOf(plan)
  const check = new DeliveryCheck(content.requests, ledger)
  let code: string = inOrder
  let form: string = plan.serveForm
  let noticedNs: bigint | undefined
  try {
    if (!(await serve(bus, plan.serveForm, { check, content, ledger, end: restsAfter(task) }))) {
      if (closes(task)) {
        ledger.phase = Phase.closing
        bus.close()
        return await restUntilKilled()
      }
      await bus.closed
      noticedNs = process.hrtime.bigint()
      form = 'closed'
      // Replies fail now: what is left is taken, and not answered.
      for (let served = await bus.serve(); served !== undefined; served = await bus.serve()) {
        check.take(served.data, 0, served.data.length, served.typeId)
      }
    }
  } catch (error) {
    code = codeOf(error)
    noticedNs ??= process.hrtime.bigint()
    // The end may have been told by a reply that failed: calls that were published are served all the same.
    await takeRest(bus, check)
  }
  return { codes: [code], form, noticedNs: noticedNs ?? process.hrtime.bigint(), unsettled: 0 }
}

async function takeRest(bus: RpcCallee, check: DeliveryCheck): Promise<void> {
  try {
    for (let served = await bus.serve(); served !== undefined; served = await bus.serve()) {
      check.take(served.data, 0, served.data.length, served.typeId)
    }
  } catch {
    // How the connection ended: known already.
  }
}

function operateAgain(bus: RpcCaller | RpcCallee): string {
  try {
    if ('tryCall' in bus) bus.tryCall(new Uint8Array(0))
    else bus.tryServe()
    return 'nothing'
  } catch (error) {
    return codeOf(error)
  }
}

function open(task: EndTask): Promise<RpcCaller | RpcCallee> | RpcCaller | RpcCallee {
  const { plan, part, path, signal } = task
  if (part === 'consumer') {
    const { capacityBytes, replyCapacityBytes } = plan
    if (plan.opensSync) {
      return RpcBus.listenSync(path, capacityBytes, replyCapacityBytes, { timeoutMs: openTimeoutMs })
    }
    return RpcBus.listen(path, capacityBytes, replyCapacityBytes, { signal })
  }
  const options = { waitForListenerMs: waitForListenerMs(task) }
  return plan.opensSync ? RpcBus.connectSync(path, options) : RpcBus.connect(path, { ...options, signal })
}

/** One end of an RpcBus: the caller is the producer. */
export async function runRpcBusEnd(task: EndTask): Promise<EndReport> {
  const { plan, ledger } = task
  ledger.phase = Phase.opening
  let bus: RpcCaller | RpcCallee
  try {
    bus = await open(task)
  } catch (error) {
    return neverOpened(task, codeOf(error))
  }
  ledger.phase = Phase.open
  const told = 'tryCall' in bus ? await runCaller(task, bus) : await runCallee(task, bus)
  const { kind } = await bus.closed
  const positions = witnessRing(plan.capacityBytes)
  const replyPositions = witnessRing(plan.replyCapacityBytes)
  const laterCode = operateAgain(bus)
  ledger.phase = Phase.ended
  const { native } = bus.peer
  bus.close()
  return {
    ...told,
    noticedNs: String(told.noticedNs),
    opened: true,
    native,
    kind,
    laterCode,
    ledger: ledger.copy(),
    positions,
    replyPositions,
  }
}
