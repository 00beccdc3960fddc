import type { Arena } from './arena.js'

/** How often each outcome was seen. */
export type Counts = Readonly<Record<string, number>>

/** What one of the sides of a litmus test has in hand. */
export interface Side {
  readonly index: 0 | 1
  readonly arena: Arena
  /** Which variant of the test this is: what it does is the test's business. */
  readonly variant: string
  readonly budgetMs: number
  /** For sockets: the two sides' own, and empty. */
  readonly folder: string
}

/** @returns outcomes; those of the two sides are added up */
export type Role = (side: Side) => Counts | Promise<Counts>

/**
 * - `claim`: the library relies on it. A forbidden outcome, or a side that dies, fails the run.
 * - `control`: the same without what the claim rests on. The error must, or may, show: it says that the test can find one.
 * - `note`: what happened is told, and nothing follows from it.
 */
export type Kind = 'claim' | 'control' | 'note'

export interface Variant {
  readonly name: string
  readonly kind: Kind
  /** Of a claim: outcomes that must never be. Of a control or a note: the error that it is there to show. */
  readonly errors: readonly string[]
  /** Of a control: processors on which a run without the error is a failure. */
  readonly mustShowOn?: readonly string[]
  /** Of a claim: outcomes that must have been seen a few times, or nothing was tested. */
  readonly needs?: readonly string[]
  /** How many of them, together. Default: 10 */
  readonly atLeast?: number
  readonly nodeOptions?: readonly string[]
  /** Relative to the time that every variant gets. Default: 1 */
  readonly share?: number
}

export interface Litmus {
  readonly name: string
  /** What is assumed, in a sentence. */
  readonly claim: string
  /** Files of the library that rest on it, from the root. */
  readonly reliedOnIn: readonly string[]
  readonly between: 'processes' | 'threads' | 'nobody'
  /** One role for each side. */
  readonly roles: readonly [Role, Role] | readonly [Role]
  readonly variants: readonly Variant[]
}
