import { formatRing } from '../../../src/ring/arena-header.js'
import { RESERVED_OFFSET, SIZE_OFFSET, TYPE_OFFSET } from '../../../src/ring/record-descriptor.js'
import {
  CONSUMER_WORD_OFFSET,
  DATA_OFFSET,
  HEAD_OFFSET,
  PRODUCER_WORD_OFFSET,
  STATE_OFFSET,
  TAIL_OFFSET,
} from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'

/** What a peer in another language sees and writes: whole 64-bit positions, words by their byte offset. */

export interface RawRingOptions {
  /** Position of head and tail, as 64 bits. */
  readonly startAt?: bigint
  readonly shared?: boolean
}

export function rawRing(capacityBytes: number, options: RawRingOptions = {}): RingMemory {
  const lengthBytes = DATA_OFFSET + capacityBytes
  const buffer = options.shared ? new SharedArrayBuffer(lengthBytes) : new ArrayBuffer(lengthBytes)
  const memory = new RingMemory(buffer, capacityBytes)
  formatRing(memory.words, capacityBytes)
  setHead(memory, options.startAt ?? 0n)
  setTail(memory, options.startAt ?? 0n)
  return memory
}

export function word(memory: RingMemory, offset: number): number {
  return Atomics.load(memory.words, offset / 4) >>> 0
}

export function setWord(memory: RingMemory, offset: number, value: number): void {
  Atomics.store(memory.words, offset / 4, value | 0)
}

export function head(memory: RingMemory): bigint {
  return BigInt.asUintN(64, Atomics.load(memory.longs, HEAD_OFFSET / 8))
}

export function setHead(memory: RingMemory, position: bigint): void {
  Atomics.store(memory.longs, HEAD_OFFSET / 8, BigInt.asIntN(64, position))
}

export function tail(memory: RingMemory): bigint {
  return BigInt.asUintN(64, Atomics.load(memory.longs, TAIL_OFFSET / 8))
}

export function setTail(memory: RingMemory, position: bigint): void {
  Atomics.store(memory.longs, TAIL_OFFSET / 8, BigInt.asIntN(64, position))
}

export function state(memory: RingMemory): number {
  return word(memory, STATE_OFFSET)
}

export function consumerWord(memory: RingMemory): number {
  return word(memory, CONSUMER_WORD_OFFSET)
}

export function setConsumerWord(memory: RingMemory, value: number): void {
  setWord(memory, CONSUMER_WORD_OFFSET, value)
}

export function producerWord(memory: RingMemory): number {
  return word(memory, PRODUCER_WORD_OFFSET)
}

export function setProducerWord(memory: RingMemory, value: number): void {
  setWord(memory, PRODUCER_WORD_OFFSET, value)
}

export interface RawHeader {
  readonly size: number
  readonly type: number
  readonly reserved: number
}

export function rawHeader(memory: RingMemory, index: number): RawHeader {
  const at = DATA_OFFSET + index
  return {
    size: word(memory, at + SIZE_OFFSET),
    type: word(memory, at + TYPE_OFFSET),
    reserved: word(memory, at + RESERVED_OFFSET),
  }
}

export function setRawHeader(memory: RingMemory, index: number, header: Partial<RawHeader>): void {
  const at = DATA_OFFSET + index
  setWord(memory, at + SIZE_OFFSET, header.size ?? 0)
  setWord(memory, at + TYPE_OFFSET, header.type ?? 0)
  setWord(memory, at + RESERVED_OFFSET, header.reserved ?? 0)
}
