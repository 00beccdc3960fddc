import { storeRelease } from '../../../src/ring/atomics.js'
import { advance, PublishedPosition } from '../../../src/ring/position.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import { cell } from '../arena.js'
import type { Litmus, Role } from '../litmus.js'
import { awaitWord } from '../pace.js'

/** Less than 2^31, and of no multiple that a new half beside an old one could be. */
const step = 0x6000_0000
const wordBytes = Int32Array.BYTES_PER_ELEMENT
/** The rest of the arena is the ring's data area: nobody touches it. */
const capacityBytes = 65_536
const positionOffset = cell.x * wordBytes
const runs = 1
const stop = 2

type Publish = (position: number) => void

/** Both halves, one after the other: what the library must not do. */
function inHalves(words: Int32Array): Publish {
  let low = 0
  let high = 0
  return (position) => {
    if (position >>> 0 < low >>> 0) high++
    low = position
    storeRelease(words, cell.x, position)
    storeRelease(words, cell.x + 1, high)
  }
}

const writer: Role = ({ arena: { buffer, words }, variant, budgetMs }) => {
  const published = new PublishedPosition(new RingMemory(buffer, capacityBytes), positionOffset)
  const publish: Publish = variant === 'two stores' ? inHalves(words) : (position) => published.publish(position)
  awaitWord(words, cell.command, runs)
  const untilMs = performance.now() + budgetMs
  let position = 0
  let crossings = 0
  while (performance.now() < untilMs) {
    for (let at = 0; at < 64; at++) {
      const next = advance(position, step)
      if (next >>> 0 < position >>> 0) crossings++
      position = next
      publish(position)
    }
  }
  storeRelease(words, cell.command, stop)
  return { crossings }
}

/** As a peer in C++ reads it: all eight bytes at once. */
const reader: Role = ({ arena: { longs, words } }) => {
  const multiple = BigInt(step)
  let whole = 0
  let torn = 0
  let backwards = 0
  let last = 0n
  storeRelease(words, cell.command, runs)
  while (Atomics.load(words, cell.command) !== stop) {
    const position = BigInt.asUintN(64, Atomics.load(longs, cell.x >>> 1))
    if (position % multiple !== 0n) torn++
    else if (position < last) backwards++
    else {
      whole++
      last = position
    }
  }
  return { whole, torn, backwards }
}

export const wholePositions: Litmus = {
  name: 'whole positions',
  claim:
    'A position of 64 bits is never seen half new: its low half is stored alone while the high half stays, and both at once when it changes',
  reliedOnIn: ['src/ring/position.ts', 'src/ring/atomics.ts'],
  between: 'processes',
  roles: [writer, reader],
  variants: [
    { name: 'PublishedPosition', kind: 'claim', errors: ['torn', 'backwards'], needs: ['crossings'], share: 1.5 },
    { name: 'two stores', kind: 'control', errors: ['torn'], mustShowOn: ['x64', 'arm64'] },
  ],
}
