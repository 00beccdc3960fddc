import { Absent } from '../absent.js'
import { cell } from '../arena.js'
import type { Counts, Litmus, Role } from '../litmus.js'
import { isOptimizedBy, nativesOption, optimize } from '../natives.js'
import { meet } from '../pace.js'

const stop = -1
const readsPerCall = 2000

/** Reads the word twice in a row, so many times. @returns how often the two differed */
type Pairs = (words: Int32Array, index: number, count: number) => number

/** More steps than a processor looks ahead: the second read cannot begin while the first one does. To V8 they are no memory. */
const steps = 'x = (Math.imul(x, 31) + 7) | 0;'.repeat(250)
const plain = 'words[index]'
const atomic = 'Atomics.load(words, index)'

/** Made from text, so that each is compiled by itself. */
function pairOf(first: string, between: string, second: string): Pairs {
  return new Function(
    'words',
    'index',
    'count',
    `let differ = 0, x = 1
    for (let at = 0; at < count; at++) {
      const first = ${first}
      ${between}
      const second = ${second}
      differ += first === second ? 0 : 1
    }
    return differ + (x === 0.5 ? 1 : 0)`,
  ) as Pairs
}

const pairs: Readonly<Record<string, Pairs>> = {
  'plain, plain': pairOf(plain, steps, plain),
  'plain, Atomics.load of another word, plain': pairOf(plain, `${steps} Atomics.load(words, index + 1)`, plain),
  'plain, Atomics.load': pairOf(plain, steps, atomic),
  'Atomics.load, Atomics.load': pairOf(atomic, steps, atomic),
}

const reader: Role = ({ arena, index, budgetMs, variant }): Counts => {
  const { words } = arena
  const count = pairs[variant]
  if (count === undefined) throw new Error(`no pair of reads ${variant}`)
  meet(arena, index, 1)
  const untilMs = performance.now() + budgetMs
  let differ = 0
  let read = 0
  while (performance.now() < untilMs) {
    if (!optimize(count, 'TurboFan', () => count(words, cell.x, 10))) throw new Absent('V8 did not optimise the reads')
    const found = count(words, cell.x, readsPerCall)
    // What left the compiled code in the middle read like an interpreter afterwards, and says nothing.
    if (!isOptimizedBy('TurboFan', count)) continue
    differ += found
    read += readsPerCall
  }
  Atomics.store(words, cell.command, stop)
  return { differ, same: read - differ }
}

/** A word that never rests. */
const changer: Role = ({ arena, index }): Counts => {
  const { words } = arena
  meet(arena, index, 1)
  while (Atomics.load(words, cell.command) !== stop) {
    for (let value = 0; value < 1000; value++) Atomics.store(words, cell.x, value)
  }
  return {}
}

const watched = { errors: ['differ'], nodeOptions: [nativesOption], share: 0.6 } as const
const must = { ...watched, kind: 'control', mustShowOn: ['x64', 'arm64'] } as const

export const repeatedReads: Litmus = {
  name: 'repeated reads',
  claim:
    'Nothing here reads a word twice to learn whether it changed: two plain reads may become one, an Atomics.load is one of its own',
  reliedOnIn: ['src/ring/consumer.ts', 'src/ring/correlation.ts'],
  between: 'processes',
  roles: [reader, changer],
  variants: [
    { name: 'plain, plain', kind: 'note', ...watched },
    { name: 'plain, Atomics.load of another word, plain', kind: 'note', ...watched },
    { name: 'plain, Atomics.load', ...must },
    { name: 'Atomics.load, Atomics.load', ...must },
  ],
}
