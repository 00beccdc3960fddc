import type { TaskInput } from '../harness/channel.js'
import { Patience } from '../harness/patience.js'
import type { Side } from '../harness/side.js'

type Tasks = Side['tasks']

/**
 * What no exchange of messages between these two processes can be faster than, in the same memory as theirs.
 *
 * ```
 *  0        128      256            4096     8192     65536              131072
 *  +--------+--------+--------+-- … -+--------+--- … --+------------------+------------------+
 *  | line   | line   | shared |      |forward |back    | forward records  | back records     |
 *  | there  | back   | line   |      |head    |head    | 64 KiB           | 64 KiB           |
 *  +--------+--------+--------+-- … -+--------+--- … --+------------------+------------------+
 * ```
 */
export const floorMemoryBytes = 0x30000

const wordBytes = 4
const lineThere = 0
const lineBack = 128 / wordBytes
const sharedLine = 256 / wordBytes
const heads = { forward: 4096 / wordBytes, back: 8192 / wordBytes } as const
const records = { forward: 0x10000 / wordBytes, back: 0x20000 / wordBytes } as const
const recordsMask = 0x10000 / wordBytes - 1

/** Untimed round trips first: for the other side to arrive, and for the code to be compiled. */
export const warmUps = 200

/** @returns nanoseconds a round trip, for each batch */
export function timeBatches({ count, batches = 1 }: TaskInput, roundTrips: (count: number) => void): Float64Array {
  const meansNs = new Float64Array(batches)
  roundTrips(warmUps)
  for (let batch = 0; batch < batches; batch++) {
    const began = performance.now()
    roundTrips(count)
    meansNs[batch] = ((performance.now() - began) * 1e6) / count
  }
  return meansNs
}

/**
 * Each round trip by itself, the clock included.
 * @param roundTrips of these messages: so many, from this number
 * @returns nanoseconds
 */
export function timeEach({ count }: TaskInput, roundTrips: (count: number, from: number) => void): Float64Array {
  roundTrips(warmUps, 0)
  const samplesNs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const began = performance.now()
    roundTrips(1, index)
    samplesNs[index] = (performance.now() - began) * 1e6
  }
  return samplesNs
}

export function roundTripsIn({ count, batches = 1 }: TaskInput): number {
  return warmUps + count * batches
}

/** A line each way, which is what two rings take at least: near writes the one, far the other. */
function nearBounce(words: Int32Array): (count: number) => void {
  const patience = new Patience()
  return (count) => {
    let turn = Atomics.load(words, lineBack)
    for (let i = 0; i < count; i++) {
      Atomics.store(words, lineThere, ++turn)
      while (Atomics.load(words, lineBack) !== turn) patience.lose()
      patience.restore()
    }
  }
}

function farBounce(words: Int32Array, count: number): void {
  const patience = new Patience()
  let turn = Atomics.load(words, lineBack)
  for (let i = 0; i < count; i++) {
    turn++
    while (Atomics.load(words, lineThere) !== turn) patience.lose()
    patience.restore()
    Atomics.store(words, lineBack, turn)
  }
}

/** One line that both write: near makes its word odd, far makes it even. */
function nearShared(words: Int32Array): (count: number) => void {
  const patience = new Patience()
  return (count) => {
    let turn = Atomics.load(words, sharedLine)
    for (let i = 0; i < count; i++) {
      Atomics.store(words, sharedLine, turn + 1)
      turn += 2
      while (Atomics.load(words, sharedLine) !== turn) patience.lose()
      patience.restore()
    }
  }
}

function farShared(words: Int32Array, count: number): void {
  const patience = new Patience()
  // Near may have begun.
  let turn = Atomics.load(words, sharedLine) & ~1
  for (let i = 0; i < count; i++) {
    while (Atomics.load(words, sharedLine) !== turn + 1) patience.lose()
    patience.restore()
    turn += 2
    Atomics.store(words, sharedLine, turn)
  }
}

type Way = keyof typeof heads

/** A record's header, 32 bytes of payload in the line behind it, and the head: all that a message has to move. */
function writeRecord(words: Int32Array, way: Way, index: number): void {
  const record = records[way] + ((index << 5) & recordsMask)
  words[record] = 32
  words[record + 1] = 0
  words[record + 2] = 128
  for (let word = 16; word < 24; word++) words[record + word] = index
  Atomics.store(words, heads[way], index)
}

function readRecord(words: Int32Array, way: Way, index: number, patience: Patience): void {
  while (Atomics.load(words, heads[way]) !== index) patience.lose()
  patience.restore()
  const record = records[way] + ((index << 5) & recordsMask)
  const intact = words[record] === 32 && words[record + 2] === 128
  if (!intact || words[record + 16] !== index || words[record + 23] !== index) throw new Error(`not record ${index}`)
}

function nearRecords(words: Int32Array): (count: number) => void {
  const patience = new Patience()
  return (count) => {
    const first = Atomics.load(words, heads.back) + 1
    for (let index = first; index < first + count; index++) {
      writeRecord(words, 'forward', index)
      readRecord(words, 'back', index, patience)
    }
  }
}

function farRecords(words: Int32Array, count: number): void {
  const patience = new Patience()
  const first = Atomics.load(words, heads.back) + 1
  for (let index = first; index < first + count; index++) {
    readRecord(words, 'forward', index, patience)
    writeRecord(words, 'back', index)
  }
}

/**
 * `floor`: one cache line bounced by a bare loop; `floorTimed` times every single bounce. `wireFloor`: the three lines each way that a message of this wire
 * occupies (head, record header, payload), written and read by a bare loop that checks and counts nothing else.
 *
 * ```
 *  near ── line ──▶ far            near ── payload, header, head ──▶ far
 *  near ◀── line ── far            near ◀── payload, header, head ── far
 * ```
 */
export function nearFloors(words: Int32Array): Tasks {
  return {
    floor: (input) => timeBatches(input, nearBounce(words)),
    floorTimed: (input) => timeEach(input, nearBounce(words)),
    oneLine: (input) => timeBatches(input, nearShared(words)),
    wireFloor: (input) => timeBatches(input, nearRecords(words)),
  }
}

export function farFloors(words: Int32Array): Tasks {
  return {
    floor: (input) => farBounce(words, roundTripsIn(input)),
    floorTimed: (input) => farBounce(words, roundTripsIn(input)),
    oneLine: (input) => farShared(words, roundTripsIn(input)),
    wireFloor: (input) => farRecords(words, roundTripsIn(input)),
  }
}
