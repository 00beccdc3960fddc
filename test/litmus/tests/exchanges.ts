import { exchangeIf, loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { cell, resultsOffset } from '../arena.js'
import type { Litmus, Role } from '../litmus.js'
import { meet } from '../pace.js'

type Increment = (words: Int32Array) => boolean

const byExchange: Increment = (words) => {
  const value = loadAcquire(words, cell.x)
  return exchangeIf(words, cell.x, value, (value + 1) | 0)
}

const byStore: Increment = (words) => {
  storeRelease(words, cell.x, (loadAcquire(words, cell.x) + 1) | 0)
  return true
}

/** Both sides count on one word; no count may be lost, and none be made twice. */
const role: Role = ({ arena, index, variant, budgetMs }) => {
  const { words } = arena
  const increment = variant === 'load and store' ? byStore : byExchange
  const shown = (resultsOffset >>> 2) + index
  meet(arena, index, 1)
  const untilMs = performance.now() + budgetMs
  let counted = 0
  let refused = 0
  while (performance.now() < untilMs) {
    for (let at = 0; at < 256; at++) {
      if (increment(words)) counted++
      else refused++
    }
  }
  words[shown] = counted
  meet(arena, index, 2)
  if (index === 1) return { refused }
  const expected = ((words[shown] as number) + (words[shown + 1] as number)) | 0
  return { counted: expected, refused, lost: Math.abs((expected - loadAcquire(words, cell.x)) | 0) }
}

export const exchanges: Litmus = {
  name: 'exchanges',
  claim: 'Of two Atomics.compareExchange of one word from the same value, by two processes, exactly one succeeds',
  reliedOnIn: ['src/ring/sleep-word.ts', 'src/ring/atomics.ts', 'src/transport/thread-link.ts', 'ffi/futex-watcher.ts'],
  between: 'processes',
  roles: [role, role],
  variants: [
    { name: 'compareExchange', kind: 'claim', errors: ['lost'], needs: ['refused'] },
    { name: 'load and store', kind: 'control', errors: ['lost'], mustShowOn: ['x64', 'arm64'] },
  ],
}
