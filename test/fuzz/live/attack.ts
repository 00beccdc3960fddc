import type { Tally } from './tally.js'

export interface Orders {
  readonly seed: number
  /** The first input, and how many: 1 for a replay. */
  readonly first: number
  readonly inputs: number
  readonly replay: boolean
  readonly coverage: string | undefined
  /** Set by Ctrl-C. */
  readonly stop: { readonly asked: boolean }
  readonly onProgress: (tally: Tally) => void
}

/** One kind of hostile input, and the live processes that it is aimed at. */
export interface Attack {
  /** What one input is. */
  readonly input: string
  /** Of all inputs, when all targets run: the share of this one. */
  readonly share: number
  run(orders: Orders, tally: Tally): Promise<void>
}

/** More of them say nothing new. */
export const mostFindings = 20
