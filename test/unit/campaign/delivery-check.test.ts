import { describe, expect, it } from 'vitest'
import { NumberedContent } from '../../campaign/content.js'
import { DeliveryCheck } from '../../campaign/delivery-check.js'
import { Ledger, ledgerBytes } from '../../campaign/ledger.js'

const content = new NumberedContent(7, 300)
const right = { duplicated: 0, reordered: 0, torn: 0, missing: 0 }

/** What the check writes down of these messages, each given by its number or as bytes of its own. */
function findings(...messages: (number | { index: number; bytes: Uint8Array })[]) {
  const ledger = new Ledger(new ArrayBuffer(ledgerBytes))
  const check = new DeliveryCheck(content, ledger)
  for (const message of messages) {
    const { index, bytes } = typeof message === 'number' ? { index: message, bytes: content.payload(message) } : message
    check.take(bytes, 0, bytes.length, content.typeOf(index))
  }
  const { delivered, duplicated, reordered, torn, missing } = ledger.copy()
  return { delivered, duplicated, reordered, torn, missing }
}

/** A number from this one on whose message is long enough to be cut and bent. */
function longOne(from: number): number {
  let index = from
  while (content.sizeOf(index) < 100) index++
  return index
}

function numbersBefore(index: number): number[] {
  return Array.from({ length: index }, (_, number) => number)
}

describe('DeliveryCheck', () => {
  it('finds nothing wrong with every message once, in order, whole', () => {
    expect(findings(0, 1, 2, 3, 4)).toEqual({ ...right, delivered: 5 })
  })

  it('finds a message that comes twice', () => {
    expect(findings(0, 1, 1, 2)).toEqual({ ...right, delivered: 4, duplicated: 1 })
  })

  it('finds an old message that comes again', () => {
    expect(findings(0, 1, 2, 0)).toEqual({ ...right, delivered: 4, duplicated: 1 })
  })

  it('finds a message that was passed over', () => {
    expect(findings(0, 1, 3, 4)).toEqual({ ...right, delivered: 4, missing: 1 })
  })

  it('finds messages that come in another order, and misses none of them', () => {
    expect(findings(0, 2, 1, 3)).toEqual({ ...right, delivered: 4, reordered: 1 })
  })

  it('finds one byte that differs', () => {
    const index = longOne(0)
    const bytes = Uint8Array.from(content.payload(index))
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    expect(findings(...numbersBefore(index), { index, bytes })).toMatchObject({ ...right, torn: 1 })
  })

  it('finds a message that was cut', () => {
    const index = longOne(0)
    const bytes = content.payload(index).subarray(1)
    expect(findings(...numbersBefore(index), { index, bytes })).toMatchObject({ ...right, torn: 1 })
  })

  it('takes a number that no producer has reached for a torn message, and misses the one in its place', () => {
    const found = findings(0, { index: 0x7fff_ffff, bytes: content.payload(1) }, 2)
    expect(found).toEqual({ ...right, delivered: 3, torn: 1, missing: 1 })
  })
})

describe('NumberedContent', () => {
  it('has both the smallest messages and the largest', () => {
    const sizes = Array.from({ length: 20_000 }, (_, index) => content.sizeOf(index))
    expect(Math.min(...sizes)).toBe(0)
    expect(Math.max(...sizes)).toBe(300)
  })

  it('has no two messages alike, nor the same under another seed', () => {
    const index = longOne(0)
    const size = content.sizeOf(index)
    const starts = [content, new NumberedContent(8, 300)].map((each) => {
      const like = [...Array(1000).keys()].find((at) => (each !== content || at !== index) && each.sizeOf(at) >= size)
      return each.payload(like as number).subarray(0, size)
    })
    expect(content.equals(index, content.payload(index), 0)).toBe(true)
    for (const bytes of starts) expect(content.equals(index, bytes, 0)).toBe(false)
  })

  it('makes messages longer than its noise', () => {
    const large = new NumberedContent(1, 3_000_000)
    let index = 0
    while (large.sizeOf(index) < 2_500_000) index++
    const bytes = large.payload(index)
    expect(large.equals(index, bytes, 0)).toBe(true)
    bytes[2_400_000] = (bytes[2_400_000] as number) ^ 1
    expect(large.equals(index, bytes, 0)).toBe(false)
  })
})
