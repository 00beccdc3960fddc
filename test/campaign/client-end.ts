import { RpcClient } from '../../src/rpc/rpc-client.js'
import { CallBook } from './call-book.js'
import { callByClient } from './call-forms.js'
import { codeOf } from './codes.js'
import type { EndReport } from './end-report.js'
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
import { witnessRing } from './ring-witness.js'

/** An RpcClient, from its opening to its end. */
export async function runClientEnd(task: EndTask): Promise<EndReport> {
  const { plan, path, ledger, signal } = task
  ledger.phase = Phase.opening
  let client: RpcClient
  try {
    client = await RpcClient.connect(path, { waitForListenerMs: waitForListenerMs(task), signal })
  } catch (error) {
    return neverOpened(task, codeOf(error))
  }
  ledger.phase = Phase.open
  const book = new CallBook(callContentOf(plan), ledger)
  const { calling, hanging } = callByClient(client, book, Math.min(restsAfter(task) + 1, mostCalls - 1), plan.window)
  await calling
  if (closes(task) && book.failed === 0) {
    ledger.phase = Phase.closing
    client.close()
    return await restUntilKilled()
  }
  await hanging
  const { kind } = await client.closed
  const positions = witnessRing(plan.capacityBytes)
  const replyPositions = witnessRing(plan.replyCapacityBytes)
  const { native } = client.peer
  const dropped = client.droppedReplies
  let laterCode = 'nothing'
  try {
    await client.call(1)
  } catch (error) {
    laterCode = codeOf(error)
  }
  ledger.phase = Phase.ended
  client.close()
  return {
    opened: true,
    native,
    codes: dropped === 0 ? [...book.codes] : [...book.codes, `${dropped} replies dropped`],
    kind,
    form: 'RpcClient.call',
    noticedNs: book.noticedNs === undefined ? undefined : String(book.noticedNs),
    laterCode,
    ledger: ledger.copy(),
    positions,
    replyPositions,
    unsettled: book.begun - book.replied - book.wrong - book.failed,
  }
}
