import type { Consumer } from '../../../src/ring/consumer.js'
import type { Producer } from '../../../src/ring/producer.js'

export interface OwnedRecord {
  readonly typeId: number
  readonly payload: Uint8Array
}

/** Bytes that tell both a wrong record and a wrong place in the right one. */
export function patternOf(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index++) bytes[index] = (seed * 31 + index * 7 + (index >>> 8)) & 0xff
  return bytes
}

/** Writes, and fails the test when there is no room. */
export function mustWrite(producer: Producer, payload: Uint8Array, typeId = 0): void {
  if (!producer.tryWrite(payload, typeId)) throw new Error(`no room for ${payload.length} bytes`)
}

/** Takes the next record, as a copy. */
export function take(consumer: Consumer): OwnedRecord | undefined {
  const offset = consumer.peek()
  if (offset < 0) return undefined
  const record = { typeId: consumer.typeId, payload: consumer.payload(offset).slice() }
  consumer.commit()
  return record
}

export function takeAll(consumer: Consumer): OwnedRecord[] {
  const records: OwnedRecord[] = []
  for (let record = take(consumer); record !== undefined; record = take(consumer)) records.push(record)
  return records
}
