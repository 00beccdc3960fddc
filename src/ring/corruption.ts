import { ErrorCode, RingwayError } from '../errors.js'
import { loadAcquire, storeRelease } from './atomics.js'
import { STATE_FATAL, STATE_OFFSET } from './ring-descriptor.js'
import type { RingMemory } from './ring-memory.js'
import type { RingSignals } from './ring-signals.js'
import type { SleepWord } from './sleep-word.js'

const stateIndex = STATE_OFFSET / Int32Array.BYTES_PER_ELEMENT

/**
 * Marks the ring as fatal, so that the other side learns of it, and wakes that side. Publishes nothing: what the peer's
 * bytes led us to is not to be built upon.
 * @returns the error to throw
 */
export function declareCorrupt(
  memory: RingMemory,
  peerSleep: SleepWord,
  signals: RingSignals,
  finding: string,
): RingwayError {
  storeRelease(memory.words, stateIndex, STATE_FATAL)
  const error = new RingwayError(ErrorCode.corrupt, `The ring is corrupt: ${finding}`)
  const word = peerSleep.takeSleeper()
  if (word !== 0) signals.wakePeer(word)
  signals.corrupt(error)
  return error
}

/** Either side has found the ring corrupt. */
export function isFatal(memory: RingMemory): boolean {
  return loadAcquire(memory.words, stateIndex) === STATE_FATAL
}
