import { describe, expect, it } from 'vitest'
import { IdTable } from '../../../src/rpc/id-table.js'

describe('a table of ids', () => {
  it('gives a value back once', () => {
    const table = new IdTable<string>()
    table.add(1, 'one')
    expect(table.get(1)).toBe('one')
    expect(table.take(1)).toBe('one')
    expect(table.take(1)).toBeUndefined()
    expect(table.get(1)).toBeUndefined()
    expect(table.size).toBe(0)
  })

  it('keeps those whose place a later id takes', () => {
    const table = new IdTable<number>()
    for (let id = 1; id <= 5000; id++) table.add(id, id)
    expect(table.size).toBe(5000)
    expect(table.values().sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, at) => at + 1))
    table.replace(3, -3)
    expect(table.get(3)).toBe(-3)
    expect(table.take(3)).toBe(-3)
    for (let id = 1; id <= 5000; id++) expect(table.take(id)).toBe(id === 3 ? undefined : id)
    expect(table.size).toBe(0)
    expect(table.values()).toEqual([])
  })

  it.each([0, -1, 1025, 2 ** 32 + 1, 2 ** 53 - 1])('does not take %d for another id', (id) => {
    const table = new IdTable<string>()
    table.add(1, 'one')
    expect(table.get(id)).toBeUndefined()
    expect(table.take(id)).toBeUndefined()
    expect(table.size).toBe(1)
  })

  it('goes beyond 2^32', () => {
    const table = new IdTable<string>()
    table.add(2 ** 32, 'a')
    table.add(2 ** 32 + 1024, 'b')
    expect([table.take(2 ** 32), table.take(2 ** 32 + 1024)]).toEqual(['a', 'b'])
  })
})
