import { yieldCpu } from '../../../ffi/index.js'
import { glance, loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { cell } from '../arena.js'
import type { Litmus, Role } from '../litmus.js'
import { meet } from '../pace.js'

const stop = -1

const writer: Role = ({ arena, index, budgetMs }) => {
  const { words } = arena
  meet(arena, index, 1)
  const untilMs = performance.now() + budgetMs
  for (let value = 1; performance.now() < untilMs; ) {
    for (const end = value + 1000; value < end; value++) storeRelease(words, cell.x, value)
    yieldCpu()
  }
  storeRelease(words, cell.x, stop)
  return {}
}

/** As a waiting consumer does: a plain look, then the load that decides. */
const reader: Role = ({ arena, index }) => {
  const { words } = arena
  meet(arena, index, 1)
  const counts = { same: 0, newer: 0, older: 0 }
  let last = 0
  for (;;) {
    const glanced = glance(words, cell.x)
    const loaded = loadAcquire(words, cell.x)
    if (glanced === stop || loaded === stop) return counts
    if (glanced < last || loaded < glanced) counts.older++
    else if (loaded > glanced) counts.newer++
    else counts.same++
    last = loaded
  }
}

export const coherence: Litmus = {
  name: 'coherence',
  claim:
    'What an Atomics.load sees is never older than what a plain read of the same word saw before it, nor the other way round',
  reliedOnIn: ['src/ring/consumer.ts', 'src/ring/atomics.ts'],
  between: 'processes',
  roles: [writer, reader],
  variants: [{ name: 'glance, then load', kind: 'claim', errors: ['older'], needs: ['newer'] }],
}
