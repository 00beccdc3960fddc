import { readdirSync, readlinkSync } from 'node:fs'
import { expect, onTestFinished, vi } from 'vitest'
import { mappedRings } from '../rings-mapped.js'
import { ofEventLoops } from './event-loop-descriptors.js'

export { mappedRings }

/** What each open descriptor of this process leads to, sorted. */
export function openDescriptors(): string[] {
  const links: string[] = []
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      const link = readlinkSync(`/proc/self/fd/${name}`)
      if (!ofEventLoops.test(link)) links.push(link)
    } catch {
      // The descriptor that the listing itself used.
    }
  }
  return links.sort()
}

/** Holds the test to leave no descriptor and no mapping behind, whichever way it ends. Call it first. */
export function expectNothingLeft(): void {
  const descriptors = openDescriptors()
  const mappings = mappedRings()
  onTestFinished(async () => {
    await vi.waitFor(() => {
      expect(openDescriptors()).toEqual(descriptors)
      expect(mappedRings()).toEqual(mappings)
    })
  })
}
