import type { RingwayError } from '../../../src/errors.js'
import type { RingSignals } from '../../../src/ring/ring-signals.js'

/** Keeps what a ring asked of the world, in order. */
export class RecordedSignals implements RingSignals {
  readonly wakes: number[] = []
  readonly corruptions: RingwayError[] = []

  wakePeer(word: number): void {
    this.wakes.push(word)
  }

  corrupt(error: RingwayError): void {
    this.corruptions.push(error)
  }
}
