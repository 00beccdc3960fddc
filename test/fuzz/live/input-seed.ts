import { SeededRandom } from '../seeded-random.js'

/** Draws of one input, from three numbers alone: which run, which target, which input. So any input can be made again. */
export function randomOf(seed: number, target: string, index: number): SeededRandom {
  let mixed = seed | 0
  for (let at = 0; at < target.length; at++) mixed = scramble(mixed ^ target.charCodeAt(at))
  mixed = scramble(mixed ^ (index | 0))
  return new SeededRandom(scramble(mixed ^ Math.floor(index / 2 ** 32)))
}

function scramble(value: number): number {
  let mixed = (value + 0x9e37_79b9) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
  return mixed ^ (mixed >>> 15)
}
