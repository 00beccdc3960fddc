import { workerData } from 'node:worker_threads'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import { tamper } from '../../fuzz/hostile-bytes.js'
import { SeededRandom } from '../../fuzz/seeded-random.js'

/** A peer that changes words of a ring as fast as it can, until it is told to stop. */
export interface ScribblerOptions {
  readonly buffer: SharedArrayBuffer
  readonly capacityBytes: number
  readonly seed: number
  /** Word 0: stop. Word 1: this thread runs. */
  readonly control: SharedArrayBuffer
}

const { buffer, capacityBytes, seed, control } = workerData as ScribblerOptions
const memory = new RingMemory(buffer, capacityBytes)
const controls = new Int32Array(control)
const random = new SeededRandom(seed)

Atomics.store(controls, 1, 1)
while (Atomics.load(controls, 0) === 0) tamper(random, memory)
