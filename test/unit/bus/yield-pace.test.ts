import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { YieldPace } from '../../../src/bus/yield-pace.js'

const seldom = 8

let nowMs = 0
/** What the next yields take: long ones let somebody run. */
let yieldUs = 0
let yields = 0

function paceOf(): YieldPace {
  return new YieldPace(seldom, () => {
    yields++
    nowMs += yieldUs / 1000
  })
}

/** @returns how many yields so many misses make */
function yieldsIn(pace: YieldPace, misses: number): number {
  const before = yields
  for (let miss = 0; miss < misses; miss++) pace.missed()
  return yields - before
}

beforeEach(() => {
  nowMs = 1000
  yieldUs = 0.3
  yields = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('YieldPace', () => {
  it('begins by yielding seldom, and says when', () => {
    const pace = paceOf()
    const yielded = Array.from({ length: 2 * seldom }, () => pace.missed())
    expect(yielded.flatMap((did, at) => (did ? [at + 1] : []))).toEqual([seldom, 2 * seldom])
    expect(yields).toBe(2)
  })

  it('yields at every miss once a yield let somebody run and brought what was waited for', () => {
    const pace = paceOf()
    yieldUs = 5
    pace.begin()
    expect(yieldsIn(pace, seldom)).toBe(1)
    pace.hit()
    pace.begin()
    expect(yieldsIn(pace, 3)).toBe(3)
  })

  it.each([
    ['nobody ran meanwhile', 0.3, true],
    ['somebody ran, and nothing came of it', 5, false],
    ['somebody ran for longer than an answer takes', 3000, true],
  ])('goes on yielding seldom when %s', (_, us, hit) => {
    const pace = paceOf()
    yieldUs = us
    yieldsIn(pace, seldom)
    if (hit) pace.hit()
    pace.begin()
    expect(yieldsIn(pace, 2 * seldom)).toBe(2)
  })

  it('yields seldom again once a yield was of no use', () => {
    const pace = paceOf()
    yieldUs = 5
    yieldsIn(pace, seldom)
    pace.hit()
    yieldUs = 0.3
    expect(yieldsIn(pace, 1)).toBe(1)
    pace.hit()
    expect(yieldsIn(pace, seldom)).toBe(1)
  })

  it('learns nothing from a wait that was over without a yield', () => {
    const pace = paceOf()
    yieldUs = 5
    yieldsIn(pace, seldom)
    pace.hit()
    pace.begin()
    pace.hit()
    expect(yieldsIn(pace, 3)).toBe(3)
  })
})
