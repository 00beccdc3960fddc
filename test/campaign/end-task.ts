import { CallContent } from './call-content.js'
import { type Content, NumberedContent } from './content.js'
import type { EndReport } from './end-report.js'
import type { Ledger } from './ledger.js'
import { otherPlace, type Part, type Place, type Plan } from './plan.js'
import { StreamContent } from './stream-content.js'

/** One end of one round's connection. */
export interface EndTask {
  readonly plan: Plan
  readonly part: Part
  readonly path: string
  readonly ledger: Ledger
  /** Aborted when nobody will come any more. */
  readonly signal: AbortSignal
}

/** How long a connector waits for a listener that may have been killed before it listened. */
const briefWaitMs = 300
const waitMs = 15_000

export function placeOf({ plan, part }: EndTask): Place {
  return part === plan.victim ? plan.victimPlace : otherPlace(plan.victimPlace)
}

export function waitForListenerMs({ plan }: EndTask): number {
  return plan.moment === 'handshake' ? briefWaitMs : waitMs
}

/** After how many messages this end comes to rest; infinite: it does not. */
export function restsAfter({ plan, part }: EndTask): number {
  return plan.burst >= 0 && plan.pauses === part ? plan.burst : Number.POSITIVE_INFINITY
}

/** Whether this end closes, and is killed about then. */
export function closes({ plan, part }: EndTask): boolean {
  return plan.moment === 'closing' && part === plan.victim
}

export function contentSeed({ seed, round }: Plan): number {
  return (Math.imul(seed, 31) + round) >>> 0
}

/** Payload sizes of a foreign peer's messages. */
export function streamSizes(plan: Plan): string {
  return `0-${plan.mostPayloadBytes}`
}

export function contentOf(plan: Plan): Content {
  const seed = contentSeed(plan)
  if (plan.peer !== 'native') return new StreamContent(seed, streamSizes(plan))
  return new NumberedContent(seed, plan.mostPayloadBytes)
}

export function callContentOf(plan: Plan): CallContent {
  const callerRests = plan.pauses === 'producer' && plan.burst >= 0 && plan.moment === 'asleep'
  const hangs = plan.kind === 'rpc' ? 0 : callerRests ? plan.burst : -1
  return new CallContent(contentSeed(plan), plan.mostPayloadBytes, hangs)
}

/** The report of an end that never had a connection. */
export function neverOpened(task: EndTask, code: string): EndReport {
  return {
    opened: false,
    native: false,
    codes: [task.signal.aborted ? 'abandoned' : code],
    kind: 'none',
    form: 'opening',
    noticedNs: undefined,
    laterCode: '',
    ledger: task.ledger.copy(),
    positions: undefined,
    replyPositions: undefined,
    unsettled: 0,
  }
}

/** For an end that is to be killed at rest. */
export function restUntilKilled(): Promise<never> {
  // A timer, because a promise alone keeps no process alive.
  return new Promise(() => setInterval(() => undefined, 60_000))
}
