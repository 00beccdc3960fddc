import { ErrorCode, RingwayError } from '../../src/errors.js'
import { STATE_FATAL } from '../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../src/ring/ring-memory.js'
import { type MovingWords, movingWords } from '../support/ring/moving-words.js'
import { rawRing, state } from '../support/ring/raw-ring.js'
import { RecordedSignals } from '../support/ring/recorded-signals.js'
import { tamper, tamperLater } from './hostile-bytes.js'
import type { SeededRandom } from './seeded-random.js'

export interface FuzzedRing {
  /** As the peer sees it. */
  readonly memory: RingMemory
  /** As our side sees it: strict about bounds, and moving. */
  readonly seen: RingMemory
  readonly moving: MovingWords
  readonly signals: RecordedSignals
}

export function fuzzedRing(random: SeededRandom): FuzzedRing {
  const capacityBytes = random.pick([128, 256, 512, 1024, 4096])
  const boundary = random.pick([2n ** 13n, 2n ** 31n, 2n ** 32n, 2n ** 53n])
  const memory = rawRing(capacityBytes, { startAt: boundary - BigInt(random.below(64)) * 64n })
  const moving = movingWords(memory.words)
  return { memory, moving, seen: { ...memory, words: moving.words }, signals: new RecordedSignals() }
}

/** Some of the peer's malice, now and between our next reads. */
export function tamperWith(random: SeededRandom, { memory, moving }: FuzzedRing): void {
  for (let count = random.below(4); count > 0; count--) tamper(random, memory)
  if (random.oneIn(4)) {
    const { offset, values } = tamperLater(random, memory)
    moving.script(offset, ...values)
  }
}

/**
 * Runs one act of ours under a limit of reads.
 * @returns false when the ring was found corrupt, as it should be: state 4, the error thrown and told
 */
export function survives({ memory, moving, signals }: FuzzedRing, act: () => void): boolean {
  moving.limitReads(16 * (memory.capacityBytes / 64 + 4))
  try {
    act()
    return true
  } catch (error) {
    if (!(error instanceof RingwayError) || error.code !== ErrorCode.corrupt) throw error
    if (state(memory) !== STATE_FATAL) throw new Error(`state ${state(memory)} after: ${error.message}`)
    if (signals.corruptions.at(-1) !== error) throw new Error(`not told: ${error.message}`)
    return false
  } finally {
    moving.limitReads(Number.POSITIVE_INFINITY)
  }
}

/** A failure of one case names the seed that brings it back: `RINGWAY_FUZZ_SEED=… npx vitest run test/fuzz`. */
export function runCases(cases: number, run: (seed: number) => void): void {
  const wanted = process.env['RINGWAY_FUZZ_SEED']
  const first = wanted === undefined ? 1 : Number(wanted)
  const last = wanted === undefined ? cases : first
  for (let seed = first; seed <= last; seed++) {
    try {
      run(seed)
    } catch (error) {
      throw new Error(`RINGWAY_FUZZ_SEED=${seed}: ${error}`, { cause: error })
    }
  }
}
