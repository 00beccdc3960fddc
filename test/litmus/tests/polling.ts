import { loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { Absent } from '../absent.js'
import { cell } from '../arena.js'
import type { Counts, Litmus, Role, Side, Variant } from '../litmus.js'
import { type Compiler, nativesOption, optimize } from '../natives.js'
import { meet } from '../pace.js'
import { sumOf } from '../verdict.js'
import { headIndex, type Loop, makeLoop, readOnce, shapes } from './polling-loops.js'

/** Half a second and more: only a look inside the loop can see what changes a few milliseconds after its beginning. */
const looksPerCall = 1e9
const looksToWarmUp = 20
const quietMs = 3
const stop = -1
const anyHead = 64

type Outcome = 'seen' | 'never seen' | 'changed too late'

/** V8 must know both ends of the loop, or it leaves the compiled code when it comes to the one that it does not know. */
function optimizeLoop(loop: Loop, compiler: Compiler, words: Int32Array): boolean {
  const warmUp = (): void => {
    for (const head of [anyHead, 0]) {
      storeRelease(words, headIndex, head)
      loop(looksToWarmUp)
    }
  }
  return optimize(loop, compiler, warmUp)
}

/** @returns what a single call of the loop came to, during which the other side changes the head */
function waitIn(loop: Loop, words: Int32Array): Outcome {
  if (loop(looksPerCall)) return 'seen'
  return loadAcquire(words, headIndex) === 0 ? 'changed too late' : 'never seen'
}

const neverSeen = 'never seen'
const errorOf = (shape: string): string => `${neverSeen}: ${shape}`

/** Polls in one shape for a while, each time until the other side changes the head. */
function poll(shape: string, compiler: Compiler, { arena, budgetMs }: Side, round: () => number): Counts {
  const { words } = arena
  const counts: Record<string, number> = { seen: 0 }
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  const loop = makeLoop(shape, arena)
  const untilMs = performance.now() + budgetMs / shapes.length
  if (!optimizeLoop(loop, compiler, words)) throw new Absent(`this V8 does not compile with ${compiler}`)
  do {
    storeRelease(words, headIndex, 0)
    storeRelease(words, cell.command, round())
    const outcome = waitIn(loop, words)
    count(outcome === neverSeen ? errorOf(shape) : outcome)
    // From Maglev V8 goes on to TurboFan by itself, and does not come back.
  } while (counts[errorOf(shape)] === undefined && performance.now() < untilMs && optimizeLoop(loop, compiler, words))
  return counts
}

const poller: Role = (side): Counts => {
  const { arena, index, variant } = side
  meet(arena, index, 1)
  let last = 0
  const round = (): number => ++last
  try {
    if (variant === readOnce) return poll(readOnce, 'TurboFan', side, round)
    return sumOf(shapes.map((shape) => poll(shape, variant as Compiler, side, round)))
  } finally {
    storeRelease(arena.words, cell.command, stop)
  }
}

const changer: Role = ({ arena, index }): Counts => {
  const { words } = arena
  meet(arena, index, 1)
  for (let round = 0; ; ) {
    const command = loadAcquire(words, cell.command)
    if (command === stop) return {}
    if (command === round) continue
    round = command
    const untilMs = performance.now() + quietMs
    while (performance.now() < untilMs);
    storeRelease(words, headIndex, anyHead)
  }
}

const nodeOptions = [nativesOption]
const compilers: readonly Compiler[] = ['TurboFan', 'Maglev']

export const polling: Litmus = {
  name: 'polling',
  claim: 'A loop of plain reads reads in every turn, however far it was optimised',
  reliedOnIn: ['src/ring/atomics.ts', 'src/ring/consumer.ts', 'src/bus/blocking-wait.ts', 'src/bus/loop-watch.ts'],
  between: 'processes',
  roles: [poller, changer],
  variants: [
    ...compilers.map(
      (name): Variant => ({
        name,
        kind: 'claim',
        errors: shapes.map((shape) => errorOf(shape)),
        atLeast: shapes.length,
        needs: ['seen'],
        nodeOptions,
      }),
    ),
    {
      name: readOnce,
      kind: 'control',
      errors: [errorOf(readOnce)],
      mustShowOn: ['x64', 'arm64'],
      nodeOptions,
      share: 0.2,
    },
  ],
}
