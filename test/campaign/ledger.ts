import { createNamedMemory, MemoryMapping, openNamedMemory, unlinkNamedMemory } from '../../ffi/index.js'

/** How far an end has come. */
export const Phase = { waiting: 0, opening: 1, open: 2, closing: 3, ended: 4 } as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** One number each, by the word that holds it. */
const words = {
  phase: 0,
  /** Sends, or replies, that were begun: nothing from here on can have been published. */
  begun: 1,
  /** Sends, or replies, that have returned: everything up to here was published. */
  completed: 2,
  /** Messages, or calls, that the program was handed, right or wrong. */
  delivered: 3,
  duplicated: 4,
  reordered: 5,
  torn: 6,
  /** Messages passed over and not seen since. */
  missing: 7,
} as const
export type Entry = keyof typeof words

/** What one end had written down by its death. */
export type LedgerCopy = Readonly<Record<Entry, number>>

export const mostCalls = 1 << 17
const executionsOffset = 4096
export const ledgerBytes = executionsOffset + mostCalls

/**
 * What an end of a connection writes down as it goes, in memory that outlives it: SIGKILL takes the process and not the
 * pages. Each entry is stored before, or after, what it speaks of, so that a death in between leaves a bound that holds.
 */
export class Ledger {
  /** How often each call was executed. */
  readonly executions: Uint8Array
  readonly #words: Int32Array
  /** The buffer's memory is there for as long as its mapping is. */
  readonly mapping: MemoryMapping | undefined

  constructor(buffer: ArrayBufferLike, mapping?: MemoryMapping) {
    this.#words = new Int32Array(buffer, 0, executionsOffset / 4)
    this.executions = new Uint8Array(buffer, executionsOffset, mostCalls)
    this.mapping = mapping
  }

  /** Makes a ledger that other processes open by its name, until `remove`. */
  static create(name: string): Ledger {
    using memory = createNamedMemory(name, ledgerBytes)
    const mapping = MemoryMapping.map(memory.fd, ledgerBytes)
    return new Ledger(mapping.buffer, mapping)
  }

  static open(name: string): Ledger {
    using memory = openNamedMemory(name)
    const mapping = MemoryMapping.map(memory.fd, ledgerBytes)
    return new Ledger(mapping.buffer, mapping)
  }

  static remove(name: string): void {
    unlinkNamedMemory(name)
  }

  read(entry: Entry): number {
    return Atomics.load(this.#words, words[entry])
  }

  write(entry: Entry, value: number): void {
    Atomics.store(this.#words, words[entry], value)
  }

  get phase(): number {
    return Atomics.load(this.#words, words.phase)
  }

  set phase(phase: Phase) {
    Atomics.store(this.#words, words.phase, phase)
  }

  begin(index: number): void {
    Atomics.store(this.#words, words.begun, index + 1)
  }

  complete(index: number): void {
    Atomics.store(this.#words, words.completed, index + 1)
  }

  copy(): LedgerCopy {
    return Object.fromEntries(Object.keys(words).map((entry) => [entry, this.read(entry as Entry)])) as LedgerCopy
  }

  clear(): void {
    this.#words.fill(0)
    this.executions.fill(0)
  }
}
