import type { Counts, Variant } from './litmus.js'

/** How the sides of one variant ended. */
export type Ending =
  | { readonly kind: 'finished'; readonly counts: Counts }
  | { readonly kind: 'absent'; readonly what: string }
  | { readonly kind: 'died'; readonly how: string }

export interface Verdict {
  readonly failed: boolean
  readonly text: string
}

const usuallyAtLeast = 10

export function total(counts: Counts, names: readonly string[] = Object.keys(counts)): number {
  return names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {}
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
  }
  return sum
}

/** @param arch of the processor that the sides ran on, as in `process.arch` */
export function judge(variant: Variant, ending: Ending, arch: string): Verdict {
  if (ending.kind === 'absent') return { failed: false, text: `not run: ${ending.what}` }
  if (ending.kind === 'died') return judgeDeath(variant, ending.how)
  const { counts } = ending
  const errors = total(counts, variant.errors)
  if (variant.kind === 'claim') return judgeClaim(variant, counts, errors)
  if (variant.kind === 'note') return { failed: false, text: errors > 0 ? 'seen' : 'not seen here' }
  if (errors > 0) return { failed: false, text: 'seen, as it must be' }
  const must = variant.mustShowOn?.includes(arch) ?? false
  return { failed: must, text: must ? 'NOT SEEN: this test could not find the error' : 'not seen here' }
}

/** Whether a longer try is worth it: on a busy machine the two sides may hardly have met. */
export function isUnfinished(variant: Variant, ending: Ending, arch: string): boolean {
  if (ending.kind !== 'finished' || !judge(variant, ending, arch).failed) return false
  return variant.kind === 'control' || total(ending.counts, variant.errors) === 0
}

function judgeClaim({ needs, atLeast = usuallyAtLeast }: Variant, counts: Counts, errors: number): Verdict {
  if (errors > 0) return { failed: true, text: 'BROKEN' }
  if (total(counts) === 0) return { failed: true, text: 'NOTHING RAN' }
  if (needs !== undefined && total(counts, needs) < atLeast) {
    return { failed: true, text: `TOO FEW to say: ${needs.join(' and ')} not even ${atLeast} times` }
  }
  return { failed: false, text: 'held' }
}

function judgeDeath({ kind }: Variant, how: string): Verdict {
  // What a note tells of may well take the process with it: that is what happened, then.
  return kind === 'note' ? { failed: false, text: `died: ${how}` } : { failed: true, text: `DIED: ${how}` }
}
