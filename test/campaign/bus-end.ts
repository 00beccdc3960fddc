import { Bus } from '../../src/bus/bus.js'
import { codeOf } from './codes.js'
import { consume } from './consume-forms.js'
import type { Content } from './content.js'
import { DeliveryCheck } from './delivery-check.js'
import { type EndReport, inOrder } from './end-report.js'
import {
  closes,
  contentOf,
  type EndTask,
  neverOpened,
  placeOf,
  restsAfter,
  restUntilKilled,
  waitForListenerMs,
} from './end-task.js'
import { Phase } from './ledger.js'
import { produce } from './produce-forms.js'
import { witnessRing } from './ring-witness.js'

const openTimeoutMs = 15_000

function open(task: EndTask): Promise<Bus> | Bus {
  const { plan, part: role, path, signal } = task
  if (placeOf(task) === 'listen') {
    if (plan.opensSync) return Bus.listenSync(path, plan.capacityBytes, { role, timeoutMs: openTimeoutMs })
    return Bus.listen(path, plan.capacityBytes, { role, signal })
  }
  const options = { role, waitForListenerMs: waitForListenerMs(task) }
  return plan.opensSync ? Bus.connectSync(path, options) : Bus.connect(path, { ...options, signal })
}

/** Streams until it has done its burst, or the stream ends. @returns whether that was in good order */
type Stream = (end: number) => Promise<boolean>

function streamOf({ plan, part, ledger }: EndTask, bus: Bus, content: Content): Stream {
  if (part === 'producer') {
    return async (end) => {
      await produce(bus, plan.produceForm, content, ledger, end)
      return false
    }
  }
  const check = new DeliveryCheck(content, ledger)
  return (end) => consume(bus, plan.consumeForm, check, end)
}

function operateAgain(bus: Bus): string {
  try {
    if (bus.role === 'producer') bus.trySend(new Uint8Array(0))
    else bus.tryRecv()
    return 'nothing'
  } catch (error) {
    return codeOf(error)
  }
}

/** One end of a bus, from its opening to its end. */
export async function runBusEnd(task: EndTask): Promise<EndReport> {
  const { plan, part, ledger } = task
  const content = contentOf(plan)
  ledger.phase = Phase.opening
  let bus: Bus
  try {
    bus = await open(task)
  } catch (error) {
    return neverOpened(task, codeOf(error))
  }
  ledger.phase = Phase.open
  const stream = streamOf(task, bus, content)
  let form: string = part === 'producer' ? plan.produceForm : plan.consumeForm
  let noticedNs: bigint | undefined
  let code: string = inOrder
  try {
    const over = await stream(restsAfter(task))
    if (!over) {
      if (closes(task)) {
        ledger.phase = Phase.closing
        bus.close()
        return await restUntilKilled()
      }
      // At rest: nothing is sent and nothing is taken before the other end has gone.
      await bus.closed
      noticedNs = process.hrtime.bigint()
      form = 'closed'
      if (part === 'producer') bus.sendSync(new Uint8Array(0))
      else await stream(Number.POSITIVE_INFINITY)
    }
  } catch (error) {
    code = codeOf(error)
  }
  noticedNs ??= process.hrtime.bigint()
  const { kind } = await bus.closed
  const positions = witnessRing(plan.capacityBytes)
  const laterCode = operateAgain(bus)
  ledger.phase = Phase.ended
  const { native } = bus.peer
  bus.close()
  return {
    opened: true,
    native,
    codes: [code],
    kind,
    form,
    noticedNs: String(noticedNs),
    laterCode,
    ledger: ledger.copy(),
    positions,
    replyPositions: undefined,
    unsettled: 0,
  }
}
