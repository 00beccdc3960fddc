import { Absent } from '../absent.js'
import { type OrderingInstruction, orderingInstructions } from '../arm64-instructions.js'
import { codeOf } from '../elf-symbols.js'
import type { Counts, Litmus, Role } from '../litmus.js'

/** V8's own functions behind `Atomics`, and what orders memory in each: one of the sets has to be there. */
const needed: Readonly<Record<string, readonly (readonly OrderingInstruction[])[]>> = {
  Builtins_AtomicsLoad: [['ldar w', 'ldar x']],
  Builtins_AtomicsStore: [['stlr w', 'stlr x']],
  Builtins_AtomicsCompareExchange: [['ldaxr w', 'stlxr w'], ['casal w']],
}

/** Reads the machine code that this Node carries: no emulator stands between. */
const reader: Role = (): Counts => {
  if (process.arch !== 'arm64') throw new Absent('of arm64 only; what x64 does is seen in store buffering')
  const found = codeOf(process.execPath, Object.keys(needed))
  const counts = { ordered: 0, 'not ordered': 0 }
  for (const [name, sets] of Object.entries(needed)) {
    const code = found.get(name)
    if (code === undefined) throw new Absent(`this Node does not name its ${name}`)
    const instructions = orderingInstructions(code)
    if (sets.some((set) => set.every((instruction) => instructions.has(instruction)))) counts.ordered++
    else counts['not ordered']++
  }
  return counts
}

export const instructions: Litmus = {
  name: 'instructions',
  claim: 'Atomics are made of the instructions of arm64 that order memory: ldar, stlr, and exclusive pairs of both',
  reliedOnIn: ['src/ring/atomics.ts'],
  between: 'nobody',
  roles: [reader],
  variants: [
    { name: 'load, store, compareExchange', kind: 'claim', errors: ['not ordered'], needs: ['ordered'], atLeast: 3 },
  ],
}
