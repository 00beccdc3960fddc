import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as record from '../../../src/ring/record-descriptor.js'
import * as ring from '../../../src/ring/ring-descriptor.js'
import { maxPayloadLength, slotLength } from '../../../src/ring/slot.js'

function pictureIn(file: string): string[] {
  const text = readFileSync(new URL(`../../../src/ring/${file}`, import.meta.url), 'utf8')
  const picture = /```\n([\s\S]*?)\n \* ```/.exec(text)?.[1]
  if (picture === undefined) throw new Error(`${file} has no picture`)
  return picture.split('\n').map((line) => line.replace(/^ \* ?/, ''))
}

/** Reads boxes drawn under a line of byte offsets: field name by the offset printed over its left wall. */
function boxes(picture: string[]): Map<string, number> {
  const border = picture.findIndex((line) => line.includes('+--'))
  const offsets = picture[border - 1] as string
  const rows = picture.slice(border + 1, picture.indexOf(picture[border] as string, border + 1))
  const fields = new Map<string, number>()
  for (const match of offsets.matchAll(/\d+/g)) {
    if (picture[border]?.[match.index] !== '+') continue
    const name = rows
      .map((row) => (row.slice(match.index + 1).split('|')[0] as string).trim())
      .join(' ')
      .trim()
    fields.set(name, Number(match[0]))
  }
  return fields
}

/** Lines such as `128  head u64   (written by …)`: the offsets of each name. */
function lines(picture: string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const line of picture) {
    const [, offset, name] = /^ *(\d+) {2}([a-z]+(?: word)?)\b/.exec(line) ?? []
    if (offset !== undefined && name !== undefined) found.set(name, [...(found.get(name) ?? []), Number(offset)])
  }
  return found
}

describe('ring-descriptor', () => {
  it('draws its boxes where its constants are', () => {
    expect(Object.fromEntries(boxes(pictureIn('ring-descriptor.ts')))).toMatchObject({
      magic: ring.MAGIC_OFFSET,
      version: ring.VERSION_OFFSET,
      capacity: ring.CAPACITY_OFFSET,
      align: ring.ALIGNMENT_OFFSET,
      state: ring.STATE_OFFSET,
      'marker (native)': ring.MARKER_OFFSET,
      'producer seat': ring.PRODUCER_SEAT_OFFSET,
      'consumer seat': ring.CONSUMER_SEAT_OFFSET,
      'producer word': ring.PRODUCER_WORD_OFFSET,
    })
  })

  it('lists the fields below the boxes where its constants are', () => {
    expect([...lines(pictureIn('ring-descriptor.ts'))]).toEqual([
      ['head', [ring.HEAD_OFFSET]],
      ['tail', [ring.TAIL_OFFSET]],
      ['consumer word', [ring.CONSUMER_WORD_OFFSET]],
      ['heartbeat', [512, 640]],
      ['data', [ring.DATA_OFFSET]],
    ])
  })

  it('holds the numbers of ABI 0x04', () => {
    const { MAGIC, VERSION, ALIGNMENT, STATE_READY, STATE_FATAL, MAX_CAPACITY } = ring
    expect({ MAGIC, VERSION, ALIGNMENT, STATE_READY, STATE_FATAL, MAX_CAPACITY }).toEqual({
      MAGIC: 0x5441_4348,
      VERSION: 4,
      ALIGNMENT: 64,
      STATE_READY: 2,
      STATE_FATAL: 4,
      MAX_CAPACITY: 2 ** 31,
    })
    expect([ring.WORD_AWAKE, ring.WORD_FUTEX, ring.WORD_PURE_SPIN]).toEqual([0, 1, 2])
  })

  it('keeps our own words out of what the ABI uses, and out of each other', () => {
    const own: [number, number][] = [
      [ring.MARKER_OFFSET, 16],
      [ring.PRODUCER_SEAT_OFFSET, 4],
      [ring.CONSUMER_SEAT_OFFSET, 4],
      [ring.PRODUCER_WORD_OFFSET, 4],
    ]
    let end = ring.STATE_OFFSET + 4
    for (const [offset, length] of own) {
      expect(offset).toBeGreaterThanOrEqual(end)
      end = offset + length
    }
    expect(end).toBeLessThanOrEqual(ring.HEAD_OFFSET)
  })

  it('keeps the words that change in traffic on cache lines of their own', () => {
    const offsets = [ring.HEAD_OFFSET, ring.TAIL_OFFSET, ring.CONSUMER_WORD_OFFSET, ring.PRODUCER_WORD_OFFSET]
    const cacheLines = [...offsets, ring.STATE_OFFSET].map((offset) => offset >>> 6)
    expect(new Set(cacheLines).size).toBe(cacheLines.length)
  })

  it('aligns both positions for 64-bit atomics', () => {
    expect([ring.HEAD_OFFSET % 8, ring.TAIL_OFFSET % 8, ring.DATA_OFFSET % ring.ALIGNMENT]).toEqual([0, 0, 0])
  })
})

describe('record-descriptor', () => {
  it('draws its boxes where its constants are', () => {
    const fields = boxes(pictureIn('record-descriptor.ts'))
    expect(fields.get('size u32')).toBe(record.SIZE_OFFSET)
    expect(fields.get('type u32')).toBe(record.TYPE_OFFSET)
    expect(fields.get('reserved u32')).toBe(record.RESERVED_OFFSET)
    expect(fields.get('correlation id u64, RPC only')).toBe(record.CORRELATION_OFFSET)
    expect(fields.get('payload size')).toBe(record.HEADER_LENGTH)
  })

  it.each([
    [0, 64],
    [1, 128],
    [63, 128],
    [64, 128],
    [65, 192],
    [2 ** 30 - 64, 2 ** 30],
    [2 ** 31 - 128, 2 ** 31 - 64],
  ])('gives a payload of %i bytes a slot of %i', (size, slot) => {
    expect(slotLength(size)).toBe(slot)
  })

  it.each([
    [128, 0],
    [256, 64],
    [1 << 16, (1 << 15) - 64],
    [2 ** 31, 2 ** 30 - 64],
  ])('lets a ring of %i bytes take payloads of %i', (capacityBytes, most) => {
    expect(maxPayloadLength(capacityBytes)).toBe(most)
  })

  it('takes the skip marker for no size that a ring could hold', () => {
    expect(record.SKIP_MARKER).toBe(2 ** 32 - 1)
    expect(maxPayloadLength(ring.MAX_CAPACITY)).toBeLessThan(record.SKIP_MARKER)
  })
})
