import { openDescriptors } from '../support/process-resources.js'
import { mappedRings } from '../support/rings-mapped.js'
import { ofEventLoops } from '../support/transport/event-loop-descriptors.js'

/** What a process has open that a connection could have left: what each descriptor leads to, and the rings it maps. */
export function resourcesHeld(): string[] {
  const descriptors = [...openDescriptors().values()].filter((link) => !ofEventLoops.test(link))
  return [...descriptors, ...mappedRings().map((label) => `mapping of ${label}`)].sort()
}

/** What is there now and was not before. */
export function leftOver(before: readonly string[], now: readonly string[]): string[] {
  const known = [...before]
  return now.filter((held) => {
    const at = known.indexOf(held)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}
