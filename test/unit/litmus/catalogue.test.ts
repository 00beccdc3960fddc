import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../litmus/catalogue.js'
import { readPage, tableRows } from '../../support/docs/page.js'
import { root } from '../../support/docs/root.js'

describe('the catalogue of litmus tests', () => {
  it('gives every test, and every variant of one, a name of its own', () => {
    const names = catalogue.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { variants } of catalogue) expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length)
  })

  it('names files that exist', () => {
    const missing = catalogue.flatMap(({ reliedOnIn }) => reliedOnIn).filter((path) => !existsSync(join(root, path)))
    expect(missing).toEqual([])
  })

  it('has two sides where there are two processes or threads', () => {
    const sides = catalogue.map(({ between, roles }) => [between === 'nobody' ? 1 : 2, roles.length])
    expect(sides.filter(([expected, actual]) => expected !== actual)).toEqual([])
  })

  it('looks for an error in every variant', () => {
    const without = catalogue.flatMap(({ variants }) => variants).filter(({ errors }) => errors.length === 0)
    expect(without).toEqual([])
  })

  it('is told in full on its page', () => {
    const rows = tableRows(readPage('docs/evidence/litmus.md'), 'What is assumed')
    const told = rows.slice(1).map(([name = '']) => name)
    expect(told).toEqual(catalogue.map(({ name }) => name))
  })
})
