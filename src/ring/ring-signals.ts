import type { RingwayError } from '../errors.js'

/** What a ring asks of the world around it. */
export interface RingSignals {
  /** The other side sleeps in the way that `word` says: wake it. */
  wakePeer(word: number): void
  /** The peer's bytes make no sense; the ring's state says so already, and the caller of the ring gets `error` thrown. */
  corrupt(error: RingwayError): void
}
