import { loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { cell } from '../arena.js'
import type { Litmus, Role, Side } from '../litmus.js'
import { inStep } from '../pace.js'

const old = 0
const fresh = 1

type Body = (words: Int32Array, own: number, other: number, round: number) => number

/** Each side stores its own word and then loads the other's: SleepWord and Producer.publish. */
const ordered: Body = (words, own, other, round) => {
  storeRelease(words, own, round)
  return loadAcquire(words, other) === round ? fresh : old
}

/** A store that the processor may keep to itself for a while: the load passes it. */
const plain: Body = (words, own, other, round) => {
  words[own] = round
  return words[other] === round ? fresh : old
}

const role: Role = (side: Side) => {
  const { words } = side.arena
  const [own, other] = side.index === 0 ? [cell.x, cell.y] : [cell.y, cell.x]
  const body = side.variant === 'plain' ? plain : ordered
  const counts = { 'both see': 0, 'one sees': 0, 'neither sees': 0 }
  inStep(
    side,
    (round) => body(words, own, other, round),
    (mine, theirs) => {
      if (mine === fresh && theirs === fresh) counts['both see']++
      else if (mine === fresh || theirs === fresh) counts['one sees']++
      else counts['neither sees']++
    },
  )
  return side.index === 0 ? counts : {}
}

export const storeBuffering: Litmus = {
  name: 'store buffering',
  claim:
    'Of two sides that each Atomics.store their word and then Atomics.load the other’s, at least one sees the other',
  reliedOnIn: [
    'src/ring/sleep-word.ts',
    'src/ring/producer.ts',
    'src/ring/consumer.ts',
    'src/transport/thread-link.ts',
  ],
  between: 'processes',
  roles: [role, role],
  variants: [
    { name: 'Atomics', kind: 'claim', errors: ['neither sees'], share: 2 },
    { name: 'plain', kind: 'control', errors: ['neither sees'], mustShowOn: ['x64'], share: 1.5 },
  ],
}

export const storeBufferingOfThreads: Litmus = {
  ...storeBuffering,
  name: 'store buffering of threads',
  claim: 'The same on a SharedArrayBuffer, between two threads',
  between: 'threads',
}

/** Each side loads the other's word and then stores its own: neither store may be seen by a load before it. */
const loadFirst: Role = (side: Side) => {
  const { words } = side.arena
  const [own, other] = side.index === 0 ? [cell.x, cell.y] : [cell.y, cell.x]
  const counts = { neither: 0, 'one sees': 0, 'both see': 0 }
  inStep(
    side,
    (round) => {
      const seen = loadAcquire(words, other) === round ? fresh : old
      storeRelease(words, own, round)
      return seen
    },
    (mine, theirs) => {
      if (mine === fresh && theirs === fresh) counts['both see']++
      else if (mine === fresh || theirs === fresh) counts['one sees']++
      else counts.neither++
    },
  )
  return side.index === 0 ? counts : {}
}

export const loadBuffering: Litmus = {
  name: 'load buffering',
  claim: 'No Atomics.store is seen before the loads that stand before it: a slot is read before it is given back',
  reliedOnIn: ['src/ring/consumer.ts'],
  between: 'processes',
  roles: [loadFirst, loadFirst],
  variants: [{ name: 'Atomics', kind: 'claim', errors: ['both see'], needs: ['one sees'] }],
}
