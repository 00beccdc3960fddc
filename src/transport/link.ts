import type { RingMemory } from '../ring/ring-memory.js'

/** Who is at the other end. */
export interface PeerInfo {
  /** Process id as the kernel gave it when the connection was made, in this process's pid namespace; 0 where unknown. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
  /** Another ringway, proved by marker, hello and welcome; otherwise a program that speaks the ABI and nothing more. */
  readonly native: boolean
}

/** How a link ended without our doing. */
export type LinkEnd = 'peer-closed' | 'peer-exited' | 'peer-dead'

/**
 * How one side of a ring sleeps until the other side moves its position (the head for a consumer, the tail for a
 * producer). Waking early, and for no reason, is always allowed; never waking is not.
 */
export interface Sleeper {
  /** Whether this thread may block at all. The main thread of a page may not. */
  readonly canBlock: boolean
  /**
   * Blocks this thread until the position differs from `seen`, for `sliceMs` milliseconds at most.
   * @param seen low 32 bits of the position as the caller last saw it
   */
  sleepSync(seen: number, sliceMs: number): void
  /**
   * Calls `wake` once, from the event loop, when the position differs from `seen`.
   * @returns false, and arms nothing, when it differs already
   */
  arm(seen: number, wake: () => void): boolean
  /** Takes back what `arm` asked for; harmless when nothing is armed. */
  disarm(): void
}

/** One ring of a link, and this side's place at it. */
export interface Lane {
  readonly memory: RingMemory
  readonly role: 'producer' | 'consumer'
  readonly sleeper: Sleeper
  /** Wakes the other side, which was asleep in the way that `word` says (`WORD_FUTEX` or `WORD_DOORBELL`). */
  readonly wakePeer: (word: number) => void
}

/**
 * What a bus needs of whatever connects it to its peer: one lane for messages, two for calls and replies.
 *
 * Losing the peer is told once, through `onEnd`, from the event loop or from inside `look()`; after that `end` says so for
 * ever. The lanes' memory stays readable until `release()`, so that what had been published can still be delivered.
 */
export interface Link {
  readonly lanes: readonly Lane[]
  readonly peer: PeerInfo
  readonly end: LinkEnd | undefined
  onEnd: ((end: LinkEnd) => void) | undefined
  /** Asks the kernel now whether the peer is still there: for callers that never return to the event loop. About 1 µs. */
  look(): void
  /** Gives the processor to whoever waits for it. */
  yieldCpu(): void
  /** Says goodbye to a native peer (not after `corrupt`, which it learns from the ring's state), and gives everything back. */
  release(reason: 'closed' | 'corrupt'): void
}
