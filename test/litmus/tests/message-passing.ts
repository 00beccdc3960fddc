import { yieldCpu } from '../../../ffi/index.js'
import { copyOf } from '../../../src/bus/rx-guard.js'
import { glance, loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { type Arena, cell, payloadOffset } from '../arena.js'
import type { Counts, Litmus, Role, Side, Variant } from '../litmus.js'
import { meet } from '../pace.js'

/** As in a ring, the writer runs ahead of the reader: by this many slots. */
const slots = 4
const stop = -1
/** A prime, so that no slot holds the same stamp twice in a row. */
const stamps = 127
const spinsPerYield = 4096

/** How a writer fills a slot with one byte value, and how a reader looks at it. */
interface Way {
  readonly sizeBytes: number
  readonly write: (arena: Arena, offset: number, stamp: number) => void
  /** @returns a word of the payload that is not the stamp's, or the stamp's */
  readonly read: (arena: Arena, offset: number, expected: number) => number
}

function wordOf(stamp: number): number {
  return Math.imul(stamp, 0x0101_0101)
}

function firstOther(words: Int32Array, from: number, count: number, expected: number): number {
  for (let at = from; at < from + count; at++) {
    const word = words[at] as number
    if (word !== expected) return word
  }
  return expected
}

const inPlace =
  (sizeBytes: number) =>
  ({ words }: Arena, offset: number, expected: number): number =>
    firstOther(words, offset >>> 2, sizeBytes >>> 2, expected)

const fromCopy =
  (sizeBytes: number) =>
  ({ bytes }: Arena, offset: number, expected: number): number => {
    const own = copyOf(bytes.subarray(offset, offset + sizeBytes))
    return firstOther(new Int32Array(own.buffer), 0, sizeBytes >>> 2, expected)
  }

/** A `set` from memory of our own. */
function bySet(sizeBytes: number): Way {
  const source = new Uint8Array(sizeBytes)
  return {
    sizeBytes,
    write: ({ bytes }, offset, stamp) => {
      source.fill(stamp)
      bytes.set(source, offset)
    },
    read: fromCopy(sizeBytes),
  }
}

function byCopyWithin(sizeBytes: number): Way {
  const scratch = payloadOffset + slots * sizeBytes
  return {
    sizeBytes,
    write: ({ bytes }, offset, stamp) => {
      bytes.fill(stamp, scratch, scratch + sizeBytes)
      bytes.copyWithin(offset, scratch, scratch + sizeBytes)
    },
    read: fromCopy(sizeBytes),
  }
}

function byEncodeInto(sizeBytes: number): Way {
  const encoder = new TextEncoder()
  const texts = Array.from({ length: stamps + 1 }, (_, stamp) => String.fromCharCode(stamp).repeat(sizeBytes))
  return {
    sizeBytes,
    write: ({ bytes }, offset, stamp) => {
      encoder.encodeInto(texts[stamp] as string, bytes.subarray(offset, offset + sizeBytes))
    },
    read: fromCopy(sizeBytes),
  }
}

const byWords: Way = {
  sizeBytes: 64,
  write: ({ words }, offset, stamp) => {
    const word = wordOf(stamp)
    for (let at = offset >>> 2; at < (offset + 64) >>> 2; at++) words[at] = word
  },
  read: inPlace(64),
}

const byDataView: Way = {
  sizeBytes: 64,
  write: ({ view }, offset, stamp) => {
    const word = wordOf(stamp)
    for (let at = offset; at < offset + 64; at += 4) view.setInt32(at, word, true)
  },
  read: ({ view }, offset, expected) => {
    for (let at = offset; at < offset + 64; at += 4) {
      const word = view.getInt32(at, true)
      if (word !== expected) return word
    }
    return expected
  },
}

const byFill: Way = {
  sizeBytes: 64,
  write: ({ words }, offset, stamp) => void words.fill(wordOf(stamp), offset >>> 2, (offset + 64) >>> 2),
  read: inPlace(64),
}

/** Made when they are asked for: the large ones take memory. */
const ways: Readonly<Record<string, () => Way>> = {
  'word by word': () => byWords,
  'DataView.setInt32': () => byDataView,
  'Int32Array.fill': () => byFill,
  'set of 64 bytes': () => bySet(64),
  'set of 96 KiB': () => bySet(98_304),
  'set of 4 MiB': () => bySet(4 << 20),
  'copyWithin of 96 KiB': () => byCopyWithin(98_304),
  'encodeInto of 4 KiB': () => byEncodeInto(4096),
}

const headFirst = ', head before payload'
const tailFirst = ', tail before reads'

function wayOf(variant: string): Way {
  const way = ways[variant.replace(headFirst, '').replace(tailFirst, '')]
  if (way === undefined) throw new Error(`no way to write ${variant}`)
  return way()
}

const writer: Role = ({ arena, index, variant, budgetMs }: Side): Counts => {
  const { words } = arena
  const way = wayOf(variant)
  const early = variant.endsWith(headFirst)
  const crowded = variant.endsWith(tailFirst)
  meet(arena, index, 1)
  const untilMs = performance.now() + budgetMs
  for (let round = 1; performance.now() < untilMs; round++) {
    // With one slot the reader waits for each record; with all of them it falls behind, and slots are used again at once.
    const inFlight = early ? 1 : crowded ? slots : 1 + ((round >>> 8) % slots)
    for (let spins = 1; round - loadAcquire(words, cell.acknowledged) > inFlight; spins++) {
      if (spins % spinsPerYield === 0) yieldCpu()
    }
    const offset = payloadOffset + (round % slots) * way.sizeBytes
    if (early) storeRelease(words, cell.flag, round)
    way.write(arena, offset, (round % stamps) + 1)
    if (!early) storeRelease(words, cell.flag, round)
  }
  storeRelease(words, cell.flag, stop)
  return {}
}

type Found = 'fresh' | 'stale' | 'overwritten'

/** What a reader finds in the slot of this round. */
function look(arena: Arena, way: Way, round: number): Found {
  const expected = wordOf((round % stamps) + 1)
  const found = way.read(arena, payloadOffset + (round % slots) * way.sizeBytes, expected)
  if (found === expected) return 'fresh'
  return found === wordOf(((round + slots) % stamps) + 1) ? 'overwritten' : 'stale'
}

const reader: Role = ({ arena, index, variant }: Side): Counts => {
  const { words } = arena
  const way = wayOf(variant)
  const early = variant.endsWith(tailFirst)
  meet(arena, index, 1)
  const counts = { fresh: 0, stale: 0, overwritten: 0 }
  let seen = 0
  for (let spins = 1; ; spins++) {
    if (glance(words, cell.flag) === seen) {
      if (spins % spinsPerYield === 0) yieldCpu()
      continue
    }
    const published = loadAcquire(words, cell.flag)
    if (published === stop) return counts
    while (seen < published) {
      seen++
      if (early) storeRelease(words, cell.acknowledged, seen)
      counts[look(arena, way, seen)]++
      if (!early) storeRelease(words, cell.acknowledged, seen)
    }
  }
}

const errors = ['stale', 'overwritten']
const claims = Object.keys(ways).map(
  (name): Variant => ({ name, kind: 'claim', errors, needs: ['fresh'], atLeast: 2 * slots }),
)
const must = { kind: 'control', mustShowOn: ['x64'] } as const
const controls: readonly Variant[] = [
  { name: `word by word${headFirst}`, errors: ['stale'], ...must },
  { name: `set of 96 KiB${headFirst}`, errors: ['stale'], ...must },
  { name: `word by word${tailFirst}`, errors: ['overwritten'], ...must },
  { name: `set of 96 KiB${tailFirst}`, errors: ['overwritten'], ...must },
]

export const messagePassing: Litmus = {
  name: 'message passing',
  claim:
    'What was written plainly before an Atomics.store of the head is there for whoever loads that head, and nothing is overwritten before an Atomics.store of the tail has given it back',
  reliedOnIn: [
    'src/ring/producer.ts',
    'src/ring/consumer.ts',
    'src/ring/payload-copier.ts',
    'src/bus/tx-guard.ts',
    'src/rpc/codecs.ts',
  ],
  between: 'processes',
  roles: [writer, reader],
  variants: [...claims, ...controls],
}

/** The same where the language promises it. */
export const messagePassingOfThreads: Litmus = {
  ...messagePassing,
  name: 'message passing of threads',
  claim: 'The same on a SharedArrayBuffer, between two threads',
  between: 'threads',
  variants: [
    ...claims.filter(({ name }) => name === 'word by word' || name === 'set of 96 KiB'),
    ...controls.slice(0, 1),
  ],
}
