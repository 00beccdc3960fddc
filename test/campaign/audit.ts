import { ErrorCode } from '../../src/errors.js'
import { mostInHand } from './consume-forms.js'
import { type EndReport, inOrder } from './end-report.js'
import { callContentOf, contentOf } from './end-task.js'
import { type LedgerCopy, Phase } from './ledger.js'
import type { Plan } from './plan.js'
import { messagesBefore, type Positions } from './ring-witness.js'

/** What is left behind by both ends of a round. */
export interface Evidence {
  /** Written by the process that was killed first. */
  readonly victim: LedgerCopy
  /** Written by the other end, however it ended. */
  readonly other: LedgerCopy
  /** The other end's own account, where it lived to give it. */
  readonly report: EndReport | undefined
  readonly killedNs: bigint
  /** Most executions of any one call. */
  readonly mostExecutions: number
}

/** What is right or wrong with a round. From `lost` on all must be 0. */
export interface Verdict {
  /** Messages that the consumer's memory had, by the ring's head; where nobody is left to read that, by the sends that returned. */
  published: number
  delivered: number
  /** Published, and left in the ring by a consumer that died, or by a server whose client died. */
  unread: number
  /** Taken out of the ring by a consumer that died before its program had seen them: at most one, by forms that copy. */
  inHand: number
  noticedNs: number | undefined
  lost: number
  duplicated: number
  reordered: number
  torn: number
  wrong: string[]
}

/** @returns how many messages were published, or undefined when the position is inside of one */
function published(plan: Plan, head: number): number | undefined {
  const content = plan.kind === 'bus' ? contentOf(plan) : callContentOf(plan).requests
  return messagesBefore(head, plan.capacityBytes, (index) => content.sizeOf(index))
}

export function audit(plan: Plan, evidence: Evidence): Verdict {
  const { victim, other, report } = evidence
  const [producer, consumer] = plan.victim === 'producer' ? [victim, other] : [other, victim]
  const verdict: Verdict = {
    published: producer.completed,
    delivered: consumer.delivered,
    unread: 0,
    inHand: 0,
    noticedNs: undefined,
    lost: 0,
    duplicated: consumer.duplicated,
    reordered: consumer.reordered,
    torn: consumer.torn,
    wrong: [],
  }
  if (report === undefined) auditTwoDeaths(verdict, producer, consumer)
  else if (!report.opened) auditFailedOpening(plan, report, verdict, victim)
  else {
    auditStream(plan, report, verdict, producer, consumer)
    auditEnd(plan, evidence, report, verdict)
  }
  if (plan.kind !== 'bus') auditCalls(plan, evidence, verdict, producer, consumer)
  return verdict
}

/** Nobody is left to look into the ring; what is known is what each had written down. */
function auditTwoDeaths(verdict: Verdict, producer: LedgerCopy, consumer: LedgerCopy): void {
  // A consumer that had learnt of the producer's death had been given all there was by then.
  const drained = consumer.phase === Phase.ended
  const kept = consumer.delivered - consumer.duplicated
  if (drained) verdict.lost = Math.max(0, producer.completed - kept)
  else verdict.unread = Math.max(0, producer.completed - kept)
  verdict.lost += consumer.missing
  verdict.published = Math.max(producer.completed, kept)
}

const failedOpenings: readonly string[] = [
  'abandoned',
  ErrorCode.noListener,
  ErrorCode.peerRefused,
  ErrorCode.handshake,
]

function auditFailedOpening(plan: Plan, report: EndReport, verdict: Verdict, victim: LedgerCopy): void {
  verdict.published = victim.completed
  verdict.lost = plan.victim === 'producer' ? victim.completed : 0
  const [code = ''] = report.codes
  // A server sees its client by the first call, and drops what a dead one had called.
  if (plan.kind === 'rpc' && plan.victim === 'producer' && code === 'abandoned' && victim.completed === 0) return
  if (plan.moment !== 'handshake') verdict.wrong.push(`the survivor could not open: ${code}`)
  else if (!failedOpenings.includes(code)) verdict.wrong.push(`opening failed with ${code}`)
}

/** Of one ring, the bus's or that for calls: what the producer published against what the consumer was handed. */
function auditStream(
  plan: Plan,
  report: EndReport,
  verdict: Verdict,
  producer: LedgerCopy,
  consumer: LedgerCopy,
): void {
  const { positions } = report
  if (positions === undefined) {
    verdict.wrong.push('the ring is not in the memory of the survivor')
    return
  }
  const inRing = published(plan, positions.head)
  const returned = published(plan, positions.tail)
  if (inRing === undefined || returned === undefined) {
    verdict.wrong.push(`positions ${positions.head} and ${positions.tail} are not between messages`)
    return
  }
  verdict.published = inRing
  const ours = plan.peer === 'native' || plan.victim === 'consumer'
  if (ours && inRing < producer.completed) {
    verdict.lost += producer.completed - inRing
    verdict.wrong.push(`${producer.completed} sends had returned, and the head stands at ${inRing}`)
  }
  if (ours && inRing > producer.begun) verdict.wrong.push(`${inRing} published, and ${producer.begun} sends begun`)
  const kept = consumer.delivered - consumer.duplicated
  if (plan.victim === 'producer') {
    auditDrained(plan, verdict, inRing - kept, positions)
  } else if (plan.peer === 'native') {
    // What was given back unseen is gone; what is behind the tail is still there, for nobody.
    verdict.inHand = Math.min(Math.max(0, returned - kept), mostInHandOf(plan))
    verdict.lost += Math.max(0, returned - kept - verdict.inHand)
    verdict.unread = Math.max(0, inRing - Math.max(kept, returned))
    if (kept > inRing) verdict.wrong.push(`${kept} delivered, and ${inRing} published`)
  } else {
    verdict.delivered = returned
    verdict.unread = inRing - returned
  }
  verdict.lost += consumer.missing
}

/** The consumer lives, and has been told of the end: it has everything. */
function auditDrained(plan: Plan, verdict: Verdict, rest: number, { head, tail }: Positions): void {
  if (rest < 0) verdict.wrong.push(`${-rest} more delivered than published`)
  // A server does not begin the calls of a client that has gone.
  if (plan.kind === 'rpc') {
    verdict.unread = Math.max(0, rest)
    return
  }
  verdict.lost += Math.max(0, rest)
  if (head !== tail) verdict.wrong.push(`${head - tail} bytes were left in the ring`)
}

/** What may be gone with the consumer: it had left the ring, and the program had not seen it yet. */
function mostInHandOf(plan: Plan): number {
  if (plan.kind === 'bus') return mostInHand(plan.consumeForm)
  // A server takes calls out of the ring before it begins them. Their callers are told, as of every other.
  if (plan.kind === 'rpc') return Number.POSITIVE_INFINITY
  return plan.serveForm === 'consumeCalls' ? 0 : 1
}

function auditCalls(
  plan: Plan,
  { report, mostExecutions }: Evidence,
  verdict: Verdict,
  caller: LedgerCopy,
  callee: LedgerCopy,
): void {
  if (mostExecutions > 1) verdict.wrong.push(`a call was executed ${mostExecutions} times`)
  verdict.torn += caller.torn
  verdict.duplicated += caller.duplicated
  if (report === undefined || !report.opened) return
  if (report.unsettled !== 0) verdict.wrong.push(`${report.unsettled} calls were never settled`)
  if (plan.victim === 'consumer') auditReplies(plan, report, verdict, caller, callee)
}

/** The caller lives: every reply that was published before the callee died has reached its call. */
function auditReplies(plan: Plan, report: EndReport, verdict: Verdict, caller: LedgerCopy, callee: LedgerCopy): void {
  const { replyPositions } = report
  if (replyPositions === undefined) {
    verdict.wrong.push('the ring for replies is not in the memory of the survivor')
    return
  }
  const { head, tail } = replyPositions
  if (plan.kind === 'rpc') {
    // A server may answer in any order: how many replies there were is not known, but none may be left in the ring. Call 0
    // is never answered, so its caller has found the ring empty before it was told of the end; but a server that closes ends
    // it first, and a caller whose last call is settled does not look again.
    if (head !== tail && plan.moment !== 'closing') {
      verdict.lost++
      verdict.wrong.push(`${head - tail} bytes of replies were left in the ring`)
    }
    return
  }
  const content = callContentOf(plan)
  const replies = messagesBefore(head, plan.replyCapacityBytes, (place) => content.replySizeAt(place))
  if (replies === undefined) {
    verdict.wrong.push(`the head of the replies, ${head}, is not between replies`)
    return
  }
  verdict.lost += Math.max(0, Math.max(replies, callee.completed) - caller.delivered)
  if (replies > callee.begun) verdict.wrong.push(`${replies} replies published, and ${callee.begun} begun`)
  if (caller.delivered > replies) verdict.wrong.push(`${caller.delivered} replies delivered, and ${replies} published`)
}

/** How the survivor was told, and when. */
function auditEnd(plan: Plan, { killedNs }: Evidence, report: EndReport, verdict: Verdict): void {
  const allowed = allowedEnds(plan, report)
  for (const code of new Set([...report.codes, report.laterCode])) {
    // Later operations always throw: an end in good order has a code too.
    if (!allowed.includes(code) && !(code === inOrder && isInOrder(report.kind))) {
      verdict.wrong.push(`${report.form} ended with ${code}, and the connection as ${report.kind}`)
    }
  }
  if (report.native !== (plan.peer === 'native') && plan.moment !== 'handshake') {
    verdict.wrong.push(`took its peer for ${report.native ? 'a native' : 'a foreign'} one`)
  }
  if (report.noticedNs === undefined) {
    verdict.wrong.push('was not told of the end')
    return
  }
  const noticedNs = Number(BigInt(report.noticedNs) - killedNs)
  const saidGoodbye = report.kind === 'peer-closed'
  if (!saidGoodbye) verdict.noticedNs = noticedNs
  if (noticedNs < 0 && plan.moment !== 'closing') verdict.wrong.push(`ended ${-noticedNs} ns before the kill`)
}

function isInOrder(kind: string): boolean {
  return kind === 'peer-closed' || kind === 'peer-exited'
}

function allowedEnds(plan: Plan, { native, kind }: EndReport): readonly string[] {
  if (!native) {
    // Killed in the middle of the handshake, a ringway may have been taken for a foreign peer, with smaller messages.
    const taken = plan.moment === 'handshake' && plan.peer === 'native' ? [ErrorCode.wouldStall] : []
    return kind === 'peer-exited' ? [ErrorCode.peerExited, ...taken] : []
  }
  // A server that closes ends its calls first; it may be killed before it says goodbye.
  const closing = plan.moment === 'closing' ? [ErrorCode.rpcServerClosing] : []
  if (kind === 'peer-dead') return [ErrorCode.peerDead, ...closing]
  return kind === 'peer-closed' && plan.moment === 'closing' ? [ErrorCode.peerClosed, ...closing] : []
}
