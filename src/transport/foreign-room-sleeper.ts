import { loadAcquire } from '../ring/atomics.js'
import { TAIL_OFFSET } from '../ring/ring-descriptor.js'
import type { Sleeper } from './link.js'
import { PositionPoll } from './position-poll.js'
import { now } from './steps.js'

const tailIndex = TAIL_OFFSET / Int32Array.BYTES_PER_ELEMENT
const shortestNapMs = 0.05
const longestNapMs = 1

const napWord = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** A producer waits for room before a foreign consumer, which wakes nobody: look, and look again less and less often. */
export class ForeignRoomSleeper implements Sleeper {
  readonly canBlock = true
  readonly #words: Int32Array
  readonly #poll: PositionPoll

  constructor(words: Int32Array) {
    this.#words = words
    this.#poll = new PositionPoll(words, TAIL_OFFSET)
  }

  sleepSync(seen: number, sliceMs: number): void {
    const untilMs = now() + sliceMs
    let napMs = shortestNapMs
    while (loadAcquire(this.#words, tailIndex) === seen) {
      const leftMs = untilMs - now()
      if (leftMs <= 0) return
      Atomics.wait(napWord, 0, 0, Math.min(napMs, leftMs))
      napMs = Math.min(napMs * 2, longestNapMs)
    }
  }

  arm(seen: number, wake: () => void): boolean {
    if (loadAcquire(this.#words, tailIndex) !== seen) return false
    this.#poll.start(seen, wake)
    return true
  }

  disarm(): void {
    this.#poll.stop()
  }
}
