import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type Ledger, Phase } from './ledger.js'
import type { Plan } from './plan.js'

/** A timer may be so late: what is left of a delay then is waited for by looking at the clock. */
const timerSlackNs = 2_000_000n

/**
 * Resolves when the moment of the plan has begun.
 * @param victim of a native victim
 * @param over whether the round has ended by itself, so that there is nothing to wait for
 * @returns false when it never does
 */
export async function momentBegun(
  plan: Plan,
  victim: Ledger,
  survivor: Ledger,
  over: () => boolean,
  watchdogMs: number,
): Promise<boolean> {
  if (plan.moment === 'handshake') return true
  const watched = plan.peer === 'native' ? victim : survivor
  const phase = plan.moment === 'closing' ? Phase.closing : Phase.open
  for (const giveUpMs = Date.now() + watchdogMs; watched.phase < phase && !over(); ) {
    if (Date.now() > giveUpMs) return false
    // A close is over in less than a timer takes.
    if (plan.moment === 'closing') await nextTurn()
    else await sleep(1)
  }
  return true
}

/** Resolves so many microseconds from now: not earlier, and later only when this process gets no processor. */
export async function delay(us: number): Promise<void> {
  const untilNs = process.hrtime.bigint() + BigInt(us) * 1000n
  const restNs = untilNs - process.hrtime.bigint() - timerSlackNs
  if (restNs > 0n) await sleep(Number(restNs / 1_000_000n))
  while (process.hrtime.bigint() < untilNs);
}
