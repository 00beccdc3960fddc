import { parentPort, workerData } from 'node:worker_threads'

/** Reads a 64-bit position as a peer in C++ does, all eight bytes at once, until it has seen enough crossings. */
export interface PositionReaderOptions {
  readonly ring: SharedArrayBuffer
  readonly positionOffset: number
  readonly boundary: bigint
  /** How far from the boundary an honest position may be. */
  readonly reachBytes: bigint
  /** Word 0: the test is done. Word 1: crossings seen here. */
  readonly control: SharedArrayBuffer
}

export interface PositionReaderAnswer {
  readonly torn: bigint | undefined
  readonly below: number
  readonly above: number
}

const { ring, positionOffset, boundary, reachBytes, control } = workerData as PositionReaderOptions
const longs = new BigInt64Array(ring)
const controls = new Int32Array(control)
let torn: bigint | undefined
let below = 0
let above = 0
let wasAbove = false

while (torn === undefined && Atomics.load(controls, 0) === 0) {
  const position = BigInt.asUintN(64, Atomics.load(longs, positionOffset / 8))
  if (position < boundary - reachBytes || position > boundary + reachBytes) torn = position
  if (position < boundary) {
    below++
    wasAbove = false
  } else {
    above++
    if (!wasAbove) Atomics.add(controls, 1, 1)
    wasAbove = true
  }
}
Atomics.store(controls, 1, 0x7fff_ffff)
parentPort?.postMessage({ torn, below, above } satisfies PositionReaderAnswer)
