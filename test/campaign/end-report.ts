import type { LedgerCopy } from './ledger.js'
import type { Positions } from './ring-witness.js'

/** What one end found, once its connection had ended. */
export interface EndReport {
  /** Whether there was a connection at all. */
  readonly opened: boolean
  /** Whether it took its peer for a ringway. */
  readonly native: boolean
  /** How it was told of the end: `in order`, or the code of an error; of the opening, where that failed. */
  readonly codes: readonly string[]
  /** What `closed` resolved with. */
  readonly kind: string
  /** The form that was told. */
  readonly form: string
  /** CLOCK_MONOTONIC, which all processes of a machine share. */
  readonly noticedNs: string | undefined
  /** What the next operation after the end threw. */
  readonly laterCode: string
  readonly ledger: LedgerCopy
  /** Of the bus's ring, or of the ring for calls, as its memory says. */
  readonly positions: Positions | undefined
  readonly replyPositions: Positions | undefined
  /** Calls that were begun and never settled. */
  readonly unsettled: number
}

export const inOrder = 'in order'
