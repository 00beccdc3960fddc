import { describe, expect, it } from 'vitest'
import { SlotViews } from '../../../src/bus/slot-views.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'

const payload = (slot: number) => DATA_OFFSET + slot * 64 + 64

describe.each([
  ['a ring whose views are kept', 1024],
  ['a ring that is too large for that', 1 << 20],
])('the views of %s', (_, capacityBytes) => {
  const buffer = new ArrayBuffer(DATA_OFFSET + capacityBytes)

  it('cover just the payload, whatever was asked for before', () => {
    const views = new SlotViews(buffer, capacityBytes)
    for (const slot of [0, 3, 0, 14, 3]) {
      for (const length of [32, 0, 7, 32, 64]) {
        const bytes = views.bytesAt(payload(slot), length)
        const view = views.viewAt(payload(slot), length)
        for (const made of [bytes, view]) {
          expect([made.buffer, made.byteOffset, made.byteLength]).toEqual([buffer, payload(slot), length])
        }
      }
    }
  })

  it('differ from slot to slot', () => {
    const views = new SlotViews(buffer, capacityBytes)
    const offsets = Array.from({ length: 15 }, (_slot, slot) => views.bytesAt(payload(slot), 8).byteOffset)
    expect(new Set(offsets).size).toBe(15)
  })
})

describe('a slot of a small ring', () => {
  it('has one view for messages of one size', () => {
    const views = new SlotViews(new ArrayBuffer(DATA_OFFSET + 1024), 1024)
    expect(views.bytesAt(payload(2), 8)).toBe(views.bytesAt(payload(2), 8))
    expect(views.viewAt(payload(2), 8)).toBe(views.viewAt(payload(2), 8))
  })
})
