import { readFileSync } from 'node:fs'
import { getAffinity } from '../../ffi/index.js'

/** Two processors that this process may use, on different cores where there are such; the same one twice if there is only one. */
export function twoProcessors(): readonly [number, number] {
  const [first = 0, ...others] = getAffinity()
  const siblings = siblingsOf(first)
  return [first, others.find((processor) => !siblings.has(processor)) ?? others[0] ?? first]
}

/** The hardware threads of the same core, itself included, from a list such as `0,64` or `0-1`. */
function siblingsOf(processor: number): Set<number> {
  const siblings = new Set([processor])
  try {
    const path = `/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`
    for (const item of readFileSync(path, 'utf8').trim().split(',')) {
      const [from = Number.NaN, to = from] = item.split('-').map(Number)
      for (let sibling = from; sibling <= to; sibling++) siblings.add(sibling)
    }
  } catch {
    // A machine that does not show its topology: any other processor will do.
  }
  return siblings
}
