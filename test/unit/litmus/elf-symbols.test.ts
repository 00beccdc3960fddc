import { describe, expect, it } from 'vitest'
import { codeOf } from '../../litmus/elf-symbols.js'

describe('codeOf', () => {
  it('finds the machine code of functions by their names', () => {
    const found = codeOf(process.execPath, ['Builtins_AtomicsLoad', 'Builtins_AtomicsStore', 'Builtins_NoSuchThing'])
    expect([...found.keys()].sort()).toEqual(['Builtins_AtomicsLoad', 'Builtins_AtomicsStore'])
    for (const code of found.values()) {
      expect(code.length).toBeGreaterThan(0)
      expect(code.some((byte) => byte !== 0)).toBe(true)
    }
  })
})
