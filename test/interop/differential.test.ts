import { expect, it } from 'vitest'
import { Producer } from '../../src/ring/producer.js'
import { DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../src/ring/ring-memory.js'
import { SeededRandom } from '../fuzz/seeded-random.js'
import { describePeer } from '../support/describe-peer.js'
import { exchange, largestPayload, largestPayloadForStockConsumer } from '../support/exchange.js'
import { MessageStream } from '../support/message-stream.js'
import { type PeerProgram, resultOf, startPeer } from '../support/peer.js'
import { rawRing, setHead, setTail } from '../support/ring/raw-ring.js'
import { tachyonInPython, tachyonInRust } from '../support/tachyon.js'
import { temporaryPath } from '../support/temporary-path.js'
import { offerWith, RawListener, RawRing, sendOffer } from '../support/transport/raw-listener.js'

/** A seed of its own for each run, which a failure names; `RINGWAY_DIFFERENTIAL_SEED` brings one back. */
const wanted = process.env['RINGWAY_DIFFERENTIAL_SEED']
const runSeed = wanted === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(wanted)
const cases = Array.from({ length: 8 }, (_, index) => index)
const silent = { wakePeer: () => undefined, corrupt: () => undefined }

interface Sequence {
  readonly capacityBytes: number
  /** Where both positions are when the producer comes: so that the sequence wraps, and crosses 2^32. */
  readonly start: bigint
  readonly seed: number
  readonly sizes: string
  readonly count: number
}

/** A sequence that the ring takes as a whole: nobody consumes. */
function sequenceOf(index: number): Sequence {
  const random = new SeededRandom(runSeed + index)
  const capacityBytes = 1 << (8 + random.below(10))
  const start = random.pick([2n ** 32n, 2n ** 40n, 0n + BigInt(capacityBytes) * 8n]) - BigInt(random.below(64)) * 64n
  const largest = largestPayload(capacityBytes)
  const sizes = random.pick([`0-${largest}`, '0,1,63-65', `${largest},0`, `0-${Math.min(largest, 200)}`])
  const seed = 1 + random.below(2 ** 31)
  return { capacityBytes, start, seed, sizes, count: countThatFits(capacityBytes, start, seed, sizes) }
}

function startAt(memory: RingMemory, start: bigint): void {
  setHead(memory, start)
  setTail(memory, start)
}

function produce(memory: RingMemory, seed: number, sizes: string, most: number): number {
  const producer = new Producer(memory, silent)
  const stream = new MessageStream(seed, sizes)
  for (let count = 0; count < most; count++) {
    stream.next()
    if (!producer.tryWrite(stream.noise.subarray(stream.offset, stream.offset + stream.size), stream.typeId))
      return count
  }
  producer.publish()
  return most
}

function countThatFits(capacityBytes: number, start: bigint, seed: number, sizes: string): number {
  return produce(rawRing(capacityBytes, { startAt: start }), seed, sizes, 10_000)
}

/** Every byte that the ABI defines: the header's words, and of each record size, type, slot and payload. */
function definedBytes(memory: RingMemory): object {
  const { words, longs, bytes, capacityBytes } = memory
  const head = longs[HEAD_OFFSET / 8] as bigint
  const records: object[] = []
  for (let position = longs[TAIL_OFFSET / 8] as bigint; position < head; ) {
    const index = Number(position % BigInt(capacityBytes))
    const [size = 0, type = 0, reserved = 0] = words.subarray((DATA_OFFSET + index) / 4, (DATA_OFFSET + index) / 4 + 3)
    if (size === -1) {
      records.push({ index, skip: true })
      position += BigInt(capacityBytes - index)
      continue
    }
    const payload = Buffer.from(bytes.slice(index + 64, index + 64 + size)).toString('base64')
    records.push({ index, size, type, reserved, payload })
    if (reserved <= 0) break
    position += BigInt(reserved)
  }
  return { header: [...words.subarray(0, 5)], head, tail: longs[TAIL_OFFSET / 8], records }
}

async function producedBy(program: PeerProgram, sequence: Sequence): Promise<object> {
  const path = temporaryPath()
  const ring = new RawRing(sequence.capacityBytes)
  const memory = { ...rawRing(256), words: ring.words, longs: new BigInt64Array(ring.words.buffer) }
  startAt(memory, sequence.start)
  const listener = new RawListener(path, (connection) => {
    sendOffer(connection, offerWith(sequence.capacityBytes), [ring.memory.fd])
    connection.close()
  })
  const { count, seed, sizes } = sequence
  await resultOf(startPeer(program, 'connect', 'produce', path, { count, seed, sizes, flushEvery: 0, retryMs: 5000 }))
  listener.close()
  const bytes = new Uint8Array(ring.words.buffer, DATA_OFFSET, sequence.capacityBytes)
  return definedBytes({ ...memory, bytes, capacityBytes: sequence.capacityBytes })
}

function agreement(program: PeerProgram): void {
  it.each(cases)('writes the very bytes that we write: sequence %i', async (index) => {
    const sequence = sequenceOf(index)
    const ours = rawRing(sequence.capacityBytes, { startAt: sequence.start })
    produce(ours, sequence.seed, sequence.sizes, sequence.count)
    const note = `RINGWAY_DIFFERENTIAL_SEED=${runSeed}: ${JSON.stringify({ ...sequence, start: String(sequence.start) })}`
    expect(await producedBy(program, sequence), note).toEqual(definedBytes(ours))
  })

  it.each(cases)('reads what we write, and we what it writes: sequence %i', async (index) => {
    const random = new SeededRandom(runSeed ^ (index + 1))
    const capacity = 4096 << random.below(8)
    const produces = index % 2 === 0
    // Before a stock consumer the smallest of these rings takes empty payloads only.
    const largest = Math.max(0, produces ? largestPayload(capacity) : largestPayloadForStockConsumer(capacity))
    const sizes = random.pick([`0-${largest}`, `0,${largest},${Math.min(1, largest)}`, `0-${Math.min(63, largest)}`])
    const seed = 1 + random.below(2 ** 31)
    const place = random.oneIn(2) ? 'listen' : 'connect'
    // What is compared here is the hash of all messages; a failure shows the command lines, and with them seed and sizes.
    await exchange(program, { place, role: produces ? 'produce' : 'consume', count: 5000, sizes, seed, capacity })
  })
}

describePeer(tachyonInPython(), 'the real Tachyon in Python, on random sequences,', agreement)
describePeer(tachyonInRust(), 'the real Tachyon in Rust, on random sequences,', agreement)
