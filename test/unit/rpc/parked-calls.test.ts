import { expect, it } from 'vitest'
import { ParkedCalls } from '../../../src/rpc/parked-calls.js'

function call(id: number, size = 0) {
  return { id, typeId: 1, bytes: new Uint8Array(size) }
}

it('parked calls leave in the order in which they came, unless they are cancelled', () => {
  const parked = new ParkedCalls(10_000)
  for (const id of [5, 3, 4]) expect(parked.push(call(id))).toBe(true)
  expect(parked.push(call(3))).toBe(false)
  expect([parked.remove(3), parked.remove(3)]).toEqual([true, false])
  expect([parked.shift()?.id, parked.shift()?.id, parked.shift()]).toEqual([5, 4, undefined])
  expect(parked.empty).toBe(true)
})

it('parked calls take no more memory than a ring', () => {
  const parked = new ParkedCalls(256)
  parked.push(call(1, 64))
  expect(parked.full).toBe(false)
  parked.push(call(2, 64))
  expect(parked.full).toBe(true)
  parked.remove(1)
  expect(parked.full).toBe(false)
})
