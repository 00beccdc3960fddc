import { describe, expect, it } from 'vitest'
import { advance, distance, PublishedPosition } from '../../../src/ring/position.js'
import { HEAD_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { head, rawRing, setHead, setTail, tail } from '../../support/ring/raw-ring.js'

const low = (position: bigint) => Number(BigInt.asIntN(32, position))

describe('distance', () => {
  it('is 0 between equal positions', () => {
    expect(distance(low(0x8000_0000n), low(0x8000_0000n))).toBe(0)
  })

  it('counts across the sign bit of the low word', () => {
    expect(distance(low(0x7fff_ffc0n), low(0x8000_0040n))).toBe(128)
  })

  it('counts across 2^32', () => {
    expect(distance(low(0xffff_ffc0n), low(0x1_0000_0040n))).toBe(128)
  })

  it('is 2^31, not −2^31, between the two ends of the largest ring when it is full', () => {
    expect(distance(low(64n), low(64n + 0x8000_0000n))).toBe(0x8000_0000)
  })

  it('is just below 2^32 when the later position is the smaller one', () => {
    expect(distance(64, 0)).toBe(0xffff_ffc0)
  })
})

describe('advance', () => {
  it.each([
    [0x7fff_ffc0n, 64],
    [0xffff_ffc0n, 64],
    [0xffff_ffc0n, 0x8000_0000],
    [0n, 0x8000_0000],
  ])('is the low word of the 64-bit sum: 0x%s + %i', (from, length) => {
    expect(advance(low(from), length)).toBe(low(from + BigInt(length)))
  })
})

describe('PublishedPosition', () => {
  it('begins at the position that the memory holds', () => {
    const memory = rawRing(256, { startAt: 0x5_8000_0040n })
    expect(new PublishedPosition(memory, HEAD_OFFSET).low).toBe(low(0x8000_0040n))
  })

  it('writes nothing before it publishes', () => {
    const memory = rawRing(256, { startAt: 0xffff_ffc0n })
    new PublishedPosition(memory, HEAD_OFFSET)
    expect(head(memory)).toBe(0xffff_ffc0n)
  })

  it('leaves the other position alone', () => {
    const memory = rawRing(256)
    setTail(memory, 0xffff_ffc0n)
    new PublishedPosition(memory, TAIL_OFFSET).publish(0)
    expect([head(memory), tail(memory)]).toEqual([0n, 0x1_0000_0000n])
  })

  it('does not touch the high half while the high half stays', () => {
    const memory = rawRing(256, { startAt: 0x7_0000_0000n })
    const position = new PublishedPosition(memory, HEAD_OFFSET)
    setHead(memory, 0x9_0000_0000n)
    position.publish(64)
    expect(head(memory)).toBe(0x9_0000_0040n)
  })

  const boundaries = [2n ** 32n, 2n ** 53n, 2n ** 63n, 5n * 2n ** 32n]
  it.each(boundaries)('carries into the high half at %s', (boundary) => {
    const memory = rawRing(256, { startAt: boundary - 64n })
    new PublishedPosition(memory, HEAD_OFFSET).publish(low(boundary + 64n))
    expect(head(memory)).toBe(boundary + 64n)
  })

  it.each(boundaries)('lands on %s itself', (boundary) => {
    const memory = rawRing(256, { startAt: boundary - 64n })
    new PublishedPosition(memory, HEAD_OFFSET).publish(low(boundary))
    expect(head(memory)).toBe(boundary)
  })

  it('goes on from 2^64 at 0, as a 64-bit counter does', () => {
    const memory = rawRing(256, { startAt: 2n ** 64n - 64n })
    new PublishedPosition(memory, HEAD_OFFSET).publish(64)
    expect(head(memory)).toBe(64n)
  })

  it('carries once in each round of 2^32, in steps of half a round', () => {
    const memory = rawRing(256)
    const position = new PublishedPosition(memory, HEAD_OFFSET)
    for (let step = 1n; step <= 8n; step++) {
      position.publish(low(step * 0x8000_0000n))
      expect(head(memory)).toBe(step * 0x8000_0000n)
    }
  })

  it('carries at the sign bit of nothing: 2^31 changes the low half alone', () => {
    const memory = rawRing(256, { startAt: 0x7fff_ffc0n })
    new PublishedPosition(memory, HEAD_OFFSET).publish(low(0x8000_0000n))
    expect(head(memory)).toBe(0x8000_0000n)
  })
})
