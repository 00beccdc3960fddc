/** What a run of the model is to show, and which errors it may find. */
export type Outcome = 'nothing' | 'deadlock' | 'assertion' | 'endless run'

/** One full search, or one that has to find an error. */
export interface Check {
  readonly name: string
  /** What is searched, in a few words; of a broken model, what was broken. */
  readonly what: string
  readonly model: 'ring' | 'watcher' | 'ending' | 'threads'
  /** Whose memory: of these, or of whoever keeps to sequentially consistent Atomics. */
  readonly memory: 'x64' | 'arm64' | 'any'
  /** Macros of the model. */
  readonly defines: readonly string[]
  readonly expected: Outcome
}

/** The macros of a check, as spin and the compiler take them. */
export function macrosOf({ memory, defines }: Check): string[] {
  return [...(memory === 'arm64' ? ['WEAK'] : []), ...defines].map((define) => `-D${define}`)
}
