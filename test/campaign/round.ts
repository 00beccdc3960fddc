import { setTimeout as sleep } from 'node:timers/promises'
import { audit, type Verdict } from './audit.js'
import type { Crew } from './crew.js'
import type { EndProcess } from './end-process.js'
import type { EndReport } from './end-report.js'
import { startForeignVictim } from './foreign-victim.js'
import { Phase } from './ledger.js'
import type { Answer } from './messages.js'
import { delay, momentBegun } from './moment.js'
import type { PeerPrograms } from './peers.js'
import { otherPart, type Plan } from './plan.js'
import type { Victim } from './victim.js'

/** Longer than anything takes that goes on at all. */
export const watchdogMs = 20_000
/** After which a survivor that listens and has seen nobody is told that nobody will come. */
const abandonAfterMs = 120

export interface RoundResult {
  readonly plan: Plan
  readonly verdict: Verdict
  /** What never happened. */
  readonly hangs: readonly string[]
  readonly leaks: readonly string[]
  /** The form that was told of the end. */
  readonly form: string
}

const nothing: Verdict = {
  published: 0,
  delivered: 0,
  unread: 0,
  inHand: 0,
  noticedNs: undefined,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  torn: 0,
  wrong: [],
}

class Hang extends Error {}

/** @throws Hang */
async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const watchdog = new AbortController()
  const hang = sleep(ms, undefined, { signal: watchdog.signal }).then(() => {
    throw new Hang(what)
  })
  hang.catch(() => undefined)
  try {
    return await Promise.race([promise, hang])
  } finally {
    watchdog.abort()
  }
}

interface Ends {
  readonly victim: Victim
  readonly other: EndProcess
  /** The other end's answer; undefined once it was killed. */
  readonly answer: Promise<Answer | undefined>
}

async function startEnds(plan: Plan, crew: Crew, peers: PeerPrograms): Promise<Ends> {
  const { path } = crew
  const other = plan.secondKillUs >= 0 ? await crew.takeSpare() : crew.survivor
  const run = { do: 'run', plan, path } as const
  if (plan.peer !== 'native') {
    const answer = other.ask({ ...run, part: otherPart(plan.victim), ledger: crew.otherLedgerName })
    const program = plan.peer === 'stand-in' ? peers.standIn : peers.tachyon
    if (program === undefined) throw new Error(`round ${plan.round} needs ${plan.peer}, which is not here`)
    return { other, answer, victim: crew.adopt(startForeignVictim(program, plan, path)) }
  }
  const victim = await crew.takeSpare()
  const answer = other.ask({ ...run, part: otherPart(plan.victim), ledger: crew.otherLedgerName })
  victim.ask({ ...run, part: plan.victim, ledger: crew.victimLedgerName }).catch(() => undefined)
  return { other, answer, victim }
}

/** A victim may die before it is there, and a client before its first call is: then nothing tells the survivor of its end. */
function mayHaveSeenNobody({ moment, kind, victim }: Plan): boolean {
  return moment === 'handshake' || (kind === 'rpc' && victim === 'producer')
}

/** Kills as planned, and waits for what the other end has to say. */
async function killAndHear(plan: Plan, crew: Crew, { victim, other, answer }: Ends) {
  let over = false
  const settled = answer.then(
    (given) => given,
    () => undefined,
  )
  void settled.then(() => {
    over = true
  })
  const begun = await momentBegun(plan, crew.victimLedger, crew.otherLedger, () => over, watchdogMs)
  await delay(plan.delayUs)
  const killedNs = victim.kill()
  if (!begun) throw new Hang(`the moment of ${plan.moment} never came`)
  if (plan.secondKillUs >= 0) {
    await delay(plan.secondKillUs)
    other.kill()
    await other.exited
  } else if (mayHaveSeenNobody(plan)) {
    await within(abandonAfterMs, '', settled).catch(() => {
      if (crew.otherLedger.phase < Phase.open) other.abandon()
    })
  }
  await within(watchdogMs, 'the victim outlived SIGKILL', victim.exited)
  const given = await within(watchdogMs, 'the survivor was never told of the end', settled)
  if (given === undefined && plan.secondKillUs < 0) throw new Error(await answer.then(String, String))
  return { killedNs, given }
}

function reportIn(given: Answer | undefined): EndReport | undefined {
  if (given === undefined) return undefined
  if (given.done === 'run') return given.report
  throw new Error(given.done === 'failed' ? given.error : `the survivor answered ${given.done}`)
}

function mostOf(executions: Uint8Array): number {
  return executions.reduce((most, count) => Math.max(most, count), 0)
}

/** After the round: two processes that live talk over the same path. @returns what failed */
async function sequel(plan: Plan, { survivor, partner, path }: Crew): Promise<string[]> {
  const order = { do: 'sequel', plan, path } as const
  const answers = Promise.all([
    survivor.ask({ ...order, part: otherPart(plan.victim) }),
    partner.ask({ ...order, part: plan.victim }),
  ])
  const failures: string[] = []
  for (const answer of await within(watchdogMs, 'the sequel never ended', answers)) {
    if (answer.done === 'sequel' && answer.failure !== undefined) failures.push(`sequel: ${answer.failure}`)
    if (answer.done === 'failed') failures.push(`sequel: ${answer.error}`)
  }
  return failures
}

async function leaksIn(crew: Crew): Promise<string[]> {
  const held = async (name: string, process: EndProcess) => {
    const answer = await within(watchdogMs, `the ${name} never said what it holds`, process.ask({ do: 'look' }))
    return answer.done === 'look' ? answer.left.map((what) => `${name}: ${what}`) : [`${name} answered ${answer.done}`]
  }
  const lists = await Promise.all([held('survivor', crew.survivor), held('partner', crew.partner), crew.left()])
  return lists.flat()
}

/** One round: its kill, what was left behind, and what comes after. Throws nothing: what goes wrong is in the result. */
export async function runRound(plan: Plan, crew: Crew, peers: PeerPrograms): Promise<RoundResult> {
  await crew.assembled()
  crew.victimLedger.clear()
  crew.otherLedger.clear()
  let verdict: Verdict = nothing
  let form = ''
  try {
    const { killedNs, given } = await killAndHear(plan, crew, await startEnds(plan, crew, peers))
    crew.refill()
    const report = reportIn(given)
    form = report?.form ?? ''
    const calleeLedger = plan.victim === 'consumer' ? crew.victimLedger : crew.otherLedger
    verdict = audit(plan, {
      victim: crew.victimLedger.copy(),
      other: crew.otherLedger.copy(),
      report,
      killedNs,
      mostExecutions: plan.kind === 'bus' ? 0 : mostOf(calleeLedger.executions),
    })
    const failures = await sequel(plan, crew)
    verdict = { ...verdict, wrong: [...verdict.wrong, ...failures] }
    return { plan, verdict, hangs: [], leaks: await leaksIn(crew), form }
  } catch (error) {
    await crew.replaceSurvivors()
    crew.refill()
    if (error instanceof Hang) return { plan, verdict, hangs: [error.message], leaks: [], form }
    const { stack = String(error) } = error as Error
    return { plan, verdict: { ...verdict, wrong: [...verdict.wrong, stack] }, hangs: [], leaks: [], form }
  }
}
