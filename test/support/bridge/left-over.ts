import { readdirSync, rmSync } from 'node:fs'
import { beforeEach, expect, onTestFinished } from 'vitest'
import { mappedRanges, openDescriptors } from '../process-resources.js'

let tests = 0

function names(): string[] {
  return readdirSync('/dev/shm').filter((file) => file.includes(`ringway-${process.pid}-`))
}

/** A name that no other test uses. */
export function bridgeName(): string {
  return `ringway-${process.pid}-${++tests}`
}

/** Fails tests that leave names, descriptors or mappings of bridges behind, once all that they registered is undone. */
export function expectNothingLeft(): void {
  beforeEach(() => {
    const before = openDescriptors()
    const opened = () =>
      [...openDescriptors()].flatMap(([fd, file]) => (!before.has(fd) && /srb_|pidfd/.test(file) ? file : []))
    // Undone in reverse order: this comes last.
    onTestFinished(async () => {
      const left = names()
      for (const file of left) rmSync(`/dev/shm/${file}`)
      expect(left).toEqual([])
      await expect.poll(opened).toEqual([])
      await expect.poll(() => mappedRanges().filter(({ file }) => file.includes('srb_'))).toEqual([])
    })
  })
}
