export type FindingStatus = 'ok' | 'warning' | 'problem' | 'unknown'

/** What one check has to say of this machine. */
export interface Finding {
  /** Names the check, for scripts. */
  readonly check: string
  /** `problem`: something of ringway will not work. `warning`: it will work worse, or one day not. */
  readonly status: FindingStatus
  /** In a sentence, with the numbers. */
  readonly found: string
  /** Why it matters; null where there is nothing to do. */
  readonly why: string | null
  /** A command, or what to change. */
  readonly remedy: string | null
}

export function fine(check: string, found: string): Finding {
  return { check, status: 'ok', found, why: null, remedy: null }
}

export function unknown(check: string, found: string): Finding {
  return { check, status: 'unknown', found, why: null, remedy: null }
}

interface Advice {
  readonly why: string
  readonly remedy: string
}

export function warning(check: string, found: string, { why, remedy }: Advice): Finding {
  return { check, status: 'warning', found, why, remedy }
}

export function problem(check: string, found: string, { why, remedy }: Advice): Finding {
  return { check, status: 'problem', found, why, remedy }
}
