import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sourcesIn } from './source-tree.js'

const modelFolder = new URL('../model/spin/', import.meta.url)
/** Edges of the shm-rpc-bridge, whose words and rules are another library's: not in the model. */
const notModelled = ['semaphore-wake']

/** The edges of memory ordering that a text names in its comments. */
function edgesIn(text: string): string[] {
  return [...text.matchAll(/SYNC ([a-z-]+)/g)].map(([, name]) => name as string)
}

const code = new Set(sourcesIn('src', 'ffi').flatMap(({ text }) => edgesIn(text)))
const models = readdirSync(modelFolder).filter((name) => name.endsWith('.pml'))
const modelled = new Set(models.flatMap((name) => edgesIn(readFileSync(new URL(name, modelFolder), 'utf8'))))

describe('the model', () => {
  it('has every edge that the code names, and no other', () => {
    const expected = [...code].filter((edge) => !notModelled.includes(edge))
    expect([...modelled].sort()).toEqual(expected.sort())
    expect(expected).toContain('no-lost-wake')
  })

  it('has both ends of each of its edges', () => {
    const ends = models.flatMap((name) => edgesIn(readFileSync(new URL(name, modelFolder), 'utf8')))
    const alone = [...modelled].filter((edge) => ends.filter((each) => each === edge).length < 2)
    expect(alone).toEqual([])
  })
})
