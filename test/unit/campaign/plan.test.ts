import { describe, expect, it } from 'vitest'
import { slotLength } from '../../../src/ring/slot.js'
import { parseArguments } from '../../campaign/arguments.js'
import { drawPlan, type Plan } from '../../campaign/plan.js'
import { leftOver } from '../../campaign/resources.js'
import { messagesBefore } from '../../campaign/ring-witness.js'

const everything = { standIn: true, tachyon: true }
const plans = Array.from({ length: 2000 }, (_, round) => drawPlan(5, round, everything))

describe('drawPlan', () => {
  it('draws the same round from the same seed', () => {
    expect(drawPlan(5, 77, everything)).toEqual(plans[77])
    expect(drawPlan(6, 77, everything)).not.toEqual(plans[77])
  })

  it.each<keyof Plan>([
    'kind',
    'victim',
    'peer',
    'victimPlace',
    'capacityBytes',
    'produceForm',
    'consumeForm',
    'callForm',
    'serveForm',
    'moment',
    'pauses',
  ])('draws every %s', (field) => {
    const drawn = new Set(plans.map((plan) => plan[field]))
    const again = new Set(plans.slice(0, 1000).map((plan) => plan[field]))
    expect(drawn.size).toBeGreaterThan(1)
    expect([...drawn].sort()).toEqual([...again].sort())
  })

  it('draws messages that fit, and of calls and replies two sizes of rings', () => {
    for (const { mostPayloadBytes, capacityBytes, replyCapacityBytes, kind } of plans) {
      const least = kind === 'bus' ? capacityBytes : Math.min(capacityBytes, replyCapacityBytes)
      expect(mostPayloadBytes).toBeGreaterThanOrEqual(0)
      expect(mostPayloadBytes).toBeLessThanOrEqual(least / 2 - 64)
      expect(replyCapacityBytes).not.toBe(capacityBytes)
    }
  })

  it('draws no foreign peer that is not there', () => {
    for (let round = 0; round < 500; round++) {
      expect(drawPlan(5, round, { standIn: false, tachyon: false }).peer).toBe('native')
    }
  })
})

describe('messagesBefore', () => {
  const sizeOf = (index: number) => (index % 3) * 700

  it('counts messages up to a position between two of them, skips included', () => {
    let position = 0
    for (let index = 0; index < 50; index++) {
      expect(messagesBefore(position, 4096, sizeOf)).toBe(index)
      const length = slotLength(sizeOf(index))
      const toEnd = 4096 - (position % 4096)
      position += length > toEnd ? toEnd + length : length
    }
  })

  it('finds a position inside of a message', () => {
    expect(messagesBefore(32, 4096, sizeOf)).toBeUndefined()
  })
})

describe('leftOver', () => {
  it('finds what is there now and was not before, each thing as often as it is there', () => {
    expect(leftOver(['a', 'b'], ['b', 'a'])).toEqual([])
    expect(leftOver(['a', 'b'], ['a', 'b', 'b', 'c'])).toEqual(['b', 'c'])
    expect(leftOver(['a', 'b'], ['a'])).toEqual([])
  })
})

describe('parseArguments', () => {
  it('reads them', () => {
    expect(parseArguments(['--rounds', '7', '--seed', '9', '--json'], 1)).toEqual({
      rounds: 7,
      seed: 9,
      round: undefined,
      json: true,
    })
    expect(parseArguments(['--round', '3'], 42)).toMatchObject({ seed: 42, round: 3, json: false })
  })

  it.each([['--rounds', '0'], ['--rounds', 'many'], ['--seed', '-1'], ['--seed', '4294967296'], ['--fast'], ['more']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseArguments(args, 1)).toThrow()
    },
  )
})
