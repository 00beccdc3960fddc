import { expect } from 'vitest'
import type { Consumer } from '../../src/ring/consumer.js'
import type { Producer } from '../../src/ring/producer.js'
import type { RingMemory } from '../../src/ring/ring-memory.js'
import { slotLength } from '../../src/ring/slot.js'
import { head, tail } from '../support/ring/raw-ring.js'
import { type OwnedRecord, patternOf } from '../support/ring/records.js'

export interface RealRing {
  readonly memory: RingMemory
  readonly producer: Producer
  readonly consumer: Consumer
}

/** What a ring is, without a ring: records in a queue, of which the first `visible` were published. */
export interface RingModel {
  readonly queue: OwnedRecord[]
  visible: number
  sent: number
}

/** Sizes beyond what this ring takes are brought back into it, with the remainder: every draw is a case. */
function sizeFor(producer: Producer, drawn: number): number {
  return drawn % (producer.maxPayloadBytes + 1)
}

function expectRefusalIsRight(model: RingModel, { memory, producer }: RealRing, size: number): void {
  expect(producer.hasUnpublished).toBe(false)
  model.visible = model.queue.length
  const free = memory.capacityBytes - Number(head(memory) - tail(memory))
  const toEnd = memory.capacityBytes - Number(head(memory) % BigInt(memory.capacityBytes))
  const slot = slotLength(size)
  expect(slot <= toEnd ? slot : toEnd + slot).toBeGreaterThan(free)
}

function expectNext(model: RingModel, found: OwnedRecord): void {
  const expected = model.queue.shift()
  model.visible--
  expect(found.typeId).toBe(expected?.typeId)
  expect(Buffer.compare(found.payload, expected?.payload ?? new Uint8Array())).toBe(0)
}

export function send(model: RingModel, real: RealRing, drawn: number, typeId: number, corked: boolean): void {
  const size = sizeFor(real.producer, drawn)
  const payload = patternOf(model.sent, size)
  if (!real.producer.tryWrite(payload, typeId)) {
    expectRefusalIsRight(model, real, size)
    return
  }
  model.sent++
  model.queue.push({ typeId: typeId >>> 0, payload })
  if (corked) real.producer.publishIfDue()
  else real.producer.publish()
  if (!real.producer.hasUnpublished) model.visible = model.queue.length
  else expect(model.queue.length - model.visible).toBeLessThan(32)
}

/** Claims more than is committed, as a guard does. */
export function sendLess(model: RingModel, real: RealRing, drawn: number, typeId: number): void {
  const claimed = sizeFor(real.producer, drawn)
  const offset = real.producer.claim(claimed)
  if (offset < 0) {
    real.producer.publish()
    expectRefusalIsRight(model, real, claimed)
    return
  }
  const payload = patternOf(model.sent++, claimed >>> 1)
  real.memory.bytes.set(payload, offset)
  real.producer.commit(payload.length, typeId)
  real.producer.publish()
  model.queue.push({ typeId: typeId >>> 0, payload })
  model.visible = model.queue.length
}

export function rollBack(model: RingModel, real: RealRing, drawn: number): void {
  const used = real.producer.bytesUsed
  const offset = real.producer.claim(sizeFor(real.producer, drawn))
  if (offset >= 0) real.memory.bytes.fill(0xee, offset, offset + sizeFor(real.producer, drawn))
  expect(real.producer.bytesUsed).toBe(used)
  expect(model.visible).toBeLessThanOrEqual(model.queue.length)
}

export function flush(model: RingModel, real: RealRing): void {
  real.producer.publish()
  model.visible = model.queue.length
}

export function receive(model: RingModel, { consumer, memory }: RealRing): void {
  const offset = consumer.peek()
  if (model.visible === 0) {
    expect(offset).toBe(-1)
    expect(tail(memory)).toBe(head(memory))
    return
  }
  expect(consumer.peek()).toBe(offset)
  expectNext(model, { typeId: consumer.typeId, payload: consumer.payload(offset).slice() })
  consumer.commit()
}

export function consume(model: RingModel, { consumer }: RealRing, most: number): void {
  const expected = Math.min(most, model.visible)
  const handled = consumer.consume((view, offset, size, typeId) => {
    const payload = new Uint8Array(view.buffer, view.byteOffset + offset, size).slice()
    expectNext(model, { typeId, payload })
  }, most)
  expect(handled).toBe(expected)
}

/** Keeps the slots of several records readable at once, as a batch does. */
export function batch(model: RingModel, { consumer, memory }: RealRing, most: number): void {
  const before = tail(memory)
  const found: { offset: number; size: number; typeId: number }[] = []
  consumer.hold()
  while (found.length < most) {
    const offset = consumer.peek()
    if (offset < 0) break
    found.push({ offset, size: consumer.size, typeId: consumer.typeId })
    consumer.advance()
  }
  expect(tail(memory)).toBe(before)
  expect(found).toHaveLength(Math.min(most, model.visible))
  for (const { offset, size, typeId } of found) {
    expectNext(model, { typeId, payload: memory.bytes.slice(offset, offset + size) })
  }
  consumer.publishIfDue()
}

/** True of every ring at every moment. */
export function expectSound(model: RingModel, { memory, producer, consumer }: RealRing): void {
  const used = head(memory) - tail(memory)
  expect(used).toBeGreaterThanOrEqual(0n)
  expect(used).toBeLessThanOrEqual(BigInt(memory.capacityBytes))
  expect([head(memory) % 64n, tail(memory) % 64n]).toEqual([0n, 0n])
  expect(consumer.bytesUsed === 0).toBe(model.visible === 0)
  expect(producer.bytesUsed).toBeGreaterThanOrEqual(consumer.bytesUsed)
}
