/** A thread that publishes as the original does: position, fence, a look at the word, a wake; the word stays as it is. */
import { workerData } from 'node:worker_threads'
import { futexWake, MemoryMapping } from '../../../../ffi/index.js'

interface Order {
  readonly fd: number
  readonly mapBytes: number
  readonly positionOffset: number
  readonly wordOffset: number
  readonly sleeps: number
  /** How many times the consumer has gone to sleep. */
  readonly turns: Int32Array
}

const { fd, mapBytes, positionOffset, wordOffset, sleeps, turns } = workerData as Order
using mapping = MemoryMapping.map(fd, mapBytes)
const words = new Int32Array(mapping.buffer)
const wordAddress = mapping.address + BigInt(wordOffset)

for (let turn = 0; turn < sleeps; turn++) {
  while (Atomics.load(turns, 0) <= turn) Atomics.wait(turns, 0, turn)
  // From before the consumer's thread arms to after it sleeps.
  const pauseMs = turn % 2 === 0 ? Math.random() * 0.15 : 0
  for (const until = performance.now() + pauseMs; performance.now() < until; ) {
    // Not a timer: those are too coarse.
  }
  Atomics.store(words, positionOffset / 4, (turn + 1) * 64)
  if (Atomics.load(words, wordOffset / 4) === 1) futexWake(wordAddress, 1)
}
