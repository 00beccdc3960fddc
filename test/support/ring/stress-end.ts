import { parentPort, workerData } from 'node:worker_threads'
import { Consumer } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { WORD_FUTEX } from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import type { RingSignals } from '../../../src/ring/ring-signals.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import { patternOf } from './records.js'

/** One end of a ring under load, on a thread of its own. It sleeps at once whenever there is nothing to do. */
export interface StressOptions {
  readonly buffer: SharedArrayBuffer
  readonly capacityBytes: number
  readonly role: 'producer' | 'consumer'
  readonly records: number
  readonly corked: boolean
}

export interface StressAnswer {
  readonly records: number
  readonly sleeps: number
}

/** Nobody sleeps this long in a test that passes: a wake was lost. */
const lostWakeMs = 10_000
const patternBytes = 4096

const { buffer, capacityBytes, role, records, corked } = workerData as StressOptions
const memory = new RingMemory(buffer, capacityBytes)
const sizes = Math.min(capacityBytes / 2 - 64, patternBytes) + 1
const patterns = Array.from({ length: 61 }, (_, index) => Buffer.from(patternOf(index, patternBytes)))
let sleeps = 0

/** Both ends know size and content of every record by its number. */
function expectedOf(index: number): Uint8Array {
  const mixed = Math.imul(index + 1, 0x9e37_79b1) >>> 0
  return (patterns[mixed % patterns.length] as Uint8Array).subarray(0, mixed % sizes)
}

function signalsTo(peer: SleepWord): RingSignals {
  return {
    wakePeer: () => void Atomics.notify(memory.words, peer.wordOffset / 4),
    corrupt: (error) => {
      throw error
    },
  }
}

function sleep(word: SleepWord, seen: number): void {
  if (!word.arm(WORD_FUTEX, seen)) return
  sleeps++
  const outcome = Atomics.wait(memory.words, word.wordOffset / 4, WORD_FUTEX, lostWakeMs)
  if (outcome === 'timed-out') throw new Error(`the ${role} was not woken from sleep ${sleeps}`)
  word.disarm()
}

function produce(): void {
  const producer = new Producer(memory, signalsTo(SleepWord.ofConsumer(memory.words)))
  for (let index = 0; index < records; index++) {
    while (!producer.tryWrite(expectedOf(index), index)) sleep(producer.sleepWord, producer.seenTail)
    if (corked) producer.publishIfDue()
    else producer.publish()
  }
  producer.publish()
}

function consume(): void {
  const consumer = new Consumer(memory, signalsTo(SleepWord.ofProducer(memory.words)))
  let index = 0
  const check = (bytes: Uint8Array, typeId: number) => {
    const expected = expectedOf(index)
    if (typeId !== index || Buffer.compare(bytes, expected) !== 0) {
      throw new Error(`record ${index} came as ${typeId} with ${bytes.length} bytes, not ${expected.length}`)
    }
    index++
  }
  while (index < records) {
    // By turns, because the two ways of reading publish in different places.
    if ((index & 1024) === 0) {
      const handled = consumer.consume((view, offset, size, typeId) => {
        check(new Uint8Array(view.buffer, view.byteOffset + offset, size), typeId)
      }, 100)
      if (handled > 0) continue
    }
    const offset = consumer.peek()
    if (offset < 0) {
      sleep(consumer.sleepWord, consumer.seenHead)
      continue
    }
    check(consumer.payload(offset), consumer.typeId)
    consumer.commit()
  }
  consumer.publish()
}

if (role === 'producer') produce()
else consume()
parentPort?.postMessage({ records, sleeps } satisfies StressAnswer)
