import { WORD_AWAKE, WORD_DOORBELL, WORD_FUTEX, WORD_PURE_SPIN } from '../ring/ring-descriptor.js'
import type { SideState } from './bus-row.js'

const states: Readonly<Record<number, SideState>> = {
  [WORD_AWAKE]: 'awake',
  [WORD_FUTEX]: 'futex',
  [WORD_PURE_SPIN]: 'spinning',
  [WORD_DOORBELL]: 'doorbell',
}

/** What a consumer word or a producer word says; null for a value that nobody writes. */
export function sideState(word: number): SideState | null {
  return states[word] ?? null
}
