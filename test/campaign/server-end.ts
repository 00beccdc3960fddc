import { setTimeout as sleep } from 'node:timers/promises'
import type { RingwayError } from '../../src/errors.js'
import type { HandlerContext } from '../../src/rpc/handler.js'
import { RpcServer } from '../../src/rpc/rpc-server.js'
import { answeredType, hangingType } from './call-content.js'
import { codeOf } from './codes.js'
import { DeliveryCheck } from './delivery-check.js'
import type { EndReport } from './end-report.js'
import { callContentOf, closes, type EndTask, neverOpened, restsAfter, restUntilKilled } from './end-task.js'
import { Phase } from './ledger.js'
import { type Positions, witnessRing } from './ring-witness.js'
import { answerBy, execute } from './serve-forms.js'

const lookEveryMs = 2

interface Ended {
  readonly noticedNs: bigint
  readonly reason: unknown
  readonly positions: Positions | undefined
  readonly replyPositions: Positions | undefined
  readonly native: boolean
}

/** An RpcServer with one client. It learns of the end through the signal of call 0, which is never answered. */
export async function runServerEnd(task: EndTask): Promise<EndReport> {
  const { plan, path, ledger, signal } = task
  const content = callContentOf(plan)
  const execution = { check: new DeliveryCheck(content.requests, ledger), content, ledger, end: 0 }
  const rest = restsAfter(task)
  let resolveEnded!: (ended: Ended | undefined) => void
  const ended = new Promise<Ended | undefined>((resolve) => {
    resolveEnded = resolve
  })
  signal.addEventListener('abort', () => resolveEnded(undefined))

  const hang = (bytes: Uint8Array, context: HandlerContext): Promise<never> => {
    execute(execution, bytes, hangingType)
    ledger.phase = Phase.open
    context.signal.addEventListener('abort', () => {
      const noticedNs = process.hrtime.bigint()
      const positions = witnessRing(plan.capacityBytes)
      const replyPositions = witnessRing(plan.replyCapacityBytes)
      resolveEnded({ noticedNs, reason: context.signal.reason, positions, replyPositions, native: context.peer.native })
    })
    return new Promise(() => undefined)
  }
  const answer = (bytes: Uint8Array, context: HandlerContext) => {
    const index = execute(execution, bytes, answeredType)
    if (execution.check.delivered > rest) {
      if (closes(task)) setImmediate(close)
      return new Promise<never>(() => undefined)
    }
    return answerBy(plan.serveForm, content.replies.payload(index), context)
  }
  const close = (): void => {
    ledger.phase = Phase.closing
    server.close()
  }

  ledger.phase = Phase.opening
  let server: RpcServer
  try {
    const { capacityBytes, replyCapacityBytes } = plan
    const handlers = { [answeredType]: answer, [hangingType]: hang }
    server = await RpcServer.listen(path, handlers, { capacityBytes, replyCapacityBytes })
  } catch (error) {
    return neverOpened(task, codeOf(error))
  }
  const end = await ended
  if (ledger.phase === Phase.closing) return await restUntilKilled()
  // Without a call it has to learn of its client's death all the same.
  while (server.clientCount > 0) await sleep(lookEveryMs)
  server.close()
  await server.closed
  if (end === undefined) return neverOpened(task, 'abandoned')
  ledger.phase = Phase.ended
  const code = codeOf(end.reason)
  return {
    opened: true,
    native: end.native,
    codes: [code],
    kind: kindOf(end.reason as RingwayError),
    form: "handler's signal",
    noticedNs: String(end.noticedNs),
    laterCode: code,
    ledger: ledger.copy(),
    positions: end.positions,
    replyPositions: end.replyPositions,
    unsettled: 0,
  }
}

function kindOf({ code }: RingwayError): string {
  return code.replace('ERR_RINGWAY_', '').toLowerCase().replace('_', '-')
}
