import { yieldCpu } from '../../ffi/index.js'
import { type Arena, cell, resultsOffset } from './arena.js'
import type { Side } from './litmus.js'

/** On a processor that both sides must share, spinning for longer keeps the other one from running. */
const spinsPerYield = 4096
const roundsPerBatch = 2048
const goOn = 1
const end = 2

/** Small differences in when the sides set out, so that every overlap of the two comes up. */
export class Jitter {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** @returns 0 to `below` − 1 */
  next(below: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % below
  }

  /** Passes a little time. */
  pause(below: number): void {
    for (let left = this.next(below); left > 0; left--) this.#state ^= left
  }
}

/** Waits until the word is `value`, with plain reads that an atomic one confirms. */
export function awaitWord(words: Int32Array, index: number, value: number): void {
  for (let spins = 1; ; spins++) {
    if (words[index] === value && Atomics.load(words, index) === value) return
    if (spins % spinsPerYield === 0) yieldCpu()
  }
}

/** Both sides have come this far; the other one may be at the next meeting already. */
export function meet({ words }: Arena, index: 0 | 1, round: number): void {
  Atomics.store(words, cell.arrived[index], round)
  const other = cell.arrived[index === 0 ? 1 : 0]
  for (let spins = 1; ; spins++) {
    if ((words[other] as number) >= round && Atomics.load(words, other) >= round) return
    if (spins % spinsPerYield === 0) yieldCpu()
  }
}

/**
 * Runs `body` on both sides at the same time, again and again, for the side's budget.
 * @param body @returns what this side observed, 0 to 255
 * @param judge called on side 0 for each round, with what the two sides observed
 */
export function inStep(
  { arena, index, budgetMs }: Side,
  body: (round: number) => number,
  judge: (own: number, other: number) => void,
): void {
  const own = new Uint8Array(roundsPerBatch)
  const shown = arena.bytes.subarray(resultsOffset, resultsOffset + roundsPerBatch)
  const jitter = new Jitter(0x9e37 + index)
  let round = 1
  meet(arena, index, round)
  const untilMs = performance.now() + budgetMs
  for (;;) {
    if (index === 0) Atomics.store(arena.words, cell.command, performance.now() < untilMs ? goOn : end)
    meet(arena, index, ++round)
    if (Atomics.load(arena.words, cell.command) === end) return
    for (let at = 0; at < roundsPerBatch; at++) {
      meet(arena, index, ++round)
      jitter.pause(24)
      own[at] = body(round)
    }
    if (index === 1) shown.set(own)
    meet(arena, index, ++round)
    if (index === 1) continue
    for (let at = 0; at < roundsPerBatch; at++) judge(own[at] as number, shown[at] as number)
  }
}
