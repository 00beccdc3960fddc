import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { slotLength } from '../../../src/ring/slot.js'
import { audit, type Evidence } from '../../campaign/audit.js'
import { type EndReport, inOrder } from '../../campaign/end-report.js'
import { callContentOf, contentOf } from '../../campaign/end-task.js'
import { type LedgerCopy, Phase } from '../../campaign/ledger.js'
import { drawPlan, type Plan } from '../../campaign/plan.js'

const blank: LedgerCopy = {
  phase: Phase.open,
  begun: 0,
  completed: 0,
  delivered: 0,
  duplicated: 0,
  reordered: 0,
  torn: 0,
  missing: 0,
}
const killedNs = 1_000_000_000n
const plan: Plan = {
  ...drawPlan(1, 0, { standIn: false, tachyon: false }),
  kind: 'bus',
  peer: 'native',
  victim: 'producer',
  secondKillUs: -1,
  moment: 'streaming',
  capacityBytes: 4096,
  mostPayloadBytes: 200,
  burst: -1,
  consumeForm: 'recv',
}

/** Where the head stands when so many messages were published. */
function positionAfter(messages: number): number {
  const content = contentOf(plan)
  let position = 0
  for (let index = 0; index < messages; index++) {
    const length = slotLength(content.sizeOf(index))
    const toEnd = plan.capacityBytes - (position % plan.capacityBytes)
    position += length > toEnd ? toEnd + length : length
  }
  return position
}

function reportOf(changes: Partial<EndReport>): EndReport {
  return {
    opened: true,
    native: true,
    codes: [ErrorCode.peerDead],
    kind: 'peer-dead',
    form: 'recv',
    noticedNs: String(killedNs + 5_000_000n),
    laterCode: ErrorCode.peerDead,
    ledger: blank,
    positions: { head: positionAfter(50), tail: positionAfter(50) },
    replyPositions: undefined,
    unsettled: 0,
    ...changes,
  }
}

/** A producer was killed that had sent 50, with another one under way; the consumer has all of them. */
function producerKilled(
  victim: Partial<LedgerCopy> = {},
  other: Partial<LedgerCopy> = {},
  report: Partial<EndReport> = {},
): Evidence {
  return {
    victim: { ...blank, begun: 51, completed: 50, ...victim },
    other: { ...blank, delivered: 50, ...other },
    report: reportOf(report),
    killedNs,
    mostExecutions: 0,
  }
}

/** A consumer was killed that had seen 40 of the 50 that were sent. */
function consumerKilled(victim: Partial<LedgerCopy> = {}, report: Partial<EndReport> = {}): Evidence {
  return {
    victim: { ...blank, delivered: 40, ...victim },
    other: { ...blank, begun: 51, completed: 50 },
    report: reportOf({ form: 'send', positions: { head: positionAfter(50), tail: positionAfter(40) }, ...report }),
    killedNs,
    mostExecutions: 0,
  }
}

const fine = { lost: 0, duplicated: 0, reordered: 0, torn: 0, wrong: [] }

describe('the audit of a killed producer', () => {
  it('finds nothing wrong where everything published was delivered', () => {
    const verdict = audit(plan, producerKilled())
    expect(verdict).toMatchObject({ ...fine, published: 50, delivered: 50, unread: 0, noticedNs: 5_000_000 })
  })

  it('finds nothing wrong with a message that was under way and is there', () => {
    const positions = { head: positionAfter(51), tail: positionAfter(51) }
    expect(audit(plan, producerKilled({}, { delivered: 51 }, { positions }))).toMatchObject({ ...fine, published: 51 })
  })

  it('finds a message that the ring has and the consumer was not given', () => {
    const positions = { head: positionAfter(50), tail: positionAfter(49) }
    const verdict = audit(plan, producerKilled({}, { delivered: 49 }, { positions }))
    expect(verdict).toMatchObject({ lost: 1 })
    expect(verdict.wrong).toEqual([expect.stringContaining('left in the ring')])
  })

  it('finds a message whose send had returned and that the ring never had', () => {
    const positions = { head: positionAfter(49), tail: positionAfter(49) }
    expect(audit(plan, producerKilled({}, { delivered: 49 }, { positions }))).toMatchObject({ lost: 1 })
  })

  it('finds a message that was passed over, though the count is right', () => {
    expect(audit(plan, producerKilled({}, { missing: 1, duplicated: 1 }))).toMatchObject({ lost: 2, duplicated: 1 })
  })

  it.each(['duplicated', 'reordered', 'torn'] as const)('finds what the consumer saw %s', (what) => {
    expect(audit(plan, producerKilled({}, { [what]: 3 }))[what]).toBe(3)
  })

  it('finds a message that nobody sent', () => {
    const positions = { head: positionAfter(52), tail: positionAfter(52) }
    const verdict = audit(plan, producerKilled({}, { delivered: 52 }, { positions }))
    expect(verdict.wrong).toEqual([expect.stringContaining('52 published, and 51 sends begun')])
  })

  it('finds a head inside of a message', () => {
    const positions = { head: positionAfter(50) - 32, tail: positionAfter(50) }
    expect(audit(plan, producerKilled({}, {}, { positions })).wrong).toEqual([
      expect.stringContaining('not between messages'),
    ])
  })

  it.each<[string, Partial<EndReport>]>([
    ['another error', { codes: [ErrorCode.corrupt] }],
    ['an end in good order, which it was not', { codes: [inOrder] }],
    ['no error at the next operation', { laterCode: 'nothing' }],
    ['no end at all', { noticedNs: undefined }],
    ['an end before the kill', { noticedNs: String(killedNs - 1n) }],
    ['a foreign peer', { native: false, kind: 'peer-exited', codes: [inOrder], laterCode: ErrorCode.peerExited }],
  ])('finds %s', (_what, report) => {
    expect(audit(plan, producerKilled({}, {}, report)).wrong).toHaveLength(1)
  })
})

describe('the audit of a killed consumer', () => {
  const killed: Plan = { ...plan, victim: 'consumer' }

  it('counts what it left in the ring, and one message that it had in hand', () => {
    expect(audit(killed, consumerKilled())).toMatchObject({
      ...fine,
      published: 50,
      delivered: 40,
      unread: 10,
      inHand: 0,
    })
    expect(audit(killed, consumerKilled({ delivered: 39 }))).toMatchObject({ ...fine, delivered: 39, inHand: 1 })
  })

  it('finds room given back for a message that the program had not seen', () => {
    expect(audit(killed, consumerKilled({ delivered: 38 }))).toMatchObject({ lost: 1, inHand: 1 })
    const inPlace: Plan = { ...killed, consumeForm: 'consume' }
    expect(audit(inPlace, consumerKilled({ delivered: 39 }))).toMatchObject({ lost: 1, inHand: 0 })
  })

  it.each(['duplicated', 'reordered', 'torn'] as const)('finds what it had written down as %s', (what) => {
    expect(audit(killed, consumerKilled({ [what]: 2 }))[what]).toBe(2)
  })
})

describe('the audit of an opening that failed', () => {
  const failed = (code: string) =>
    reportOf({ opened: false, codes: [code], noticedNs: undefined, positions: undefined })
  const evidence = (code: string, completed = 0): Evidence => ({
    ...producerKilled({ begun: completed, completed }),
    report: failed(code),
  })
  const early: Plan = { ...plan, moment: 'handshake' }

  it('finds nothing wrong where the victim died in the handshake', () => {
    expect(audit(early, evidence(ErrorCode.noListener))).toMatchObject(fine)
    expect(audit(early, evidence('abandoned'))).toMatchObject(fine)
  })

  it('finds another error, an opening that had no reason to fail, and messages that went nowhere', () => {
    expect(audit(early, evidence(ErrorCode.unsafeMemory)).wrong).toHaveLength(1)
    expect(audit(plan, evidence(ErrorCode.noListener)).wrong).toHaveLength(1)
    expect(audit(early, evidence(ErrorCode.handshake, 3))).toMatchObject({ lost: 3 })
  })

  it('lets a server that never saw a call of its client say so', () => {
    const served: Plan = { ...plan, kind: 'rpc' }
    expect(audit(served, evidence('abandoned'))).toMatchObject(fine)
    expect(audit(served, evidence('abandoned', 1)).wrong).toHaveLength(1)
  })
})

describe('the audit of two deaths', () => {
  const both: Plan = { ...plan, secondKillUs: 1000 }

  it('asks a consumer that had been told of the end for everything, and another one for nothing but order', () => {
    const told = { ...producerKilled({}, { phase: Phase.ended, delivered: 49 }), report: undefined }
    const untold = { ...producerKilled({}, { delivered: 20 }), report: undefined }
    expect(audit(both, told)).toMatchObject({ lost: 1 })
    expect(audit(both, untold)).toMatchObject({ ...fine, unread: 30 })
  })
})

describe('the audit of calls', () => {
  const calls: Plan = { ...plan, kind: 'rpc', victim: 'producer' }

  it('finds a call that was executed twice, and one that was never settled', () => {
    const positions = { head: 0, tail: 0 }
    const nothingSent = { victim: blank, other: blank, killedNs, mostExecutions: 2 }
    const { wrong } = audit(calls, { ...nothingSent, report: reportOf({ positions, unsettled: 1 }) })
    expect(wrong).toEqual(['a call was executed 2 times', '1 calls were never settled'])
  })

  const callee: Plan = { ...calls, victim: 'consumer' }
  const leftBehind = reportOf({ positions: { head: 0, tail: 0 }, replyPositions: { head: 128, tail: 0 } })
  const nobody = { victim: blank, other: blank, killedNs, mostExecutions: 0 }

  it('finds replies of a server that were left in the ring', () => {
    expect(audit(callee, { ...nobody, report: leftBehind })).toMatchObject({ lost: 1 })
  })

  it('finds a reply that was published and did not reach its call', () => {
    const content = callContentOf({ ...callee, kind: 'rpc-bus' })
    const head = slotLength(content.replySizeAt(0)) + slotLength(content.replySizeAt(1))
    const report = { ...leftBehind, replyPositions: { head, tail: head } }
    const evidence = { ...nobody, report, victim: { ...blank, begun: 2, completed: 1 } }
    const withReplies = (delivered: number) => ({ ...evidence, other: { ...blank, delivered } })
    expect(audit({ ...callee, kind: 'rpc-bus' }, withReplies(2))).toMatchObject(fine)
    expect(audit({ ...callee, kind: 'rpc-bus' }, withReplies(1))).toMatchObject({ lost: 1 })
    expect(audit({ ...callee, kind: 'rpc-bus' }, withReplies(3)).wrong).toHaveLength(1)
  })
})
