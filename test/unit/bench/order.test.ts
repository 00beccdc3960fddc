import { expect, it } from 'vitest'
import { shuffled } from '../../../bench/report/order.js'

it('the order of a round has every entrant once, and leaves the list as it was', () => {
  const entrants = ['a', 'b', 'c', 'd', 'e', 'f']
  for (let round = 0; round < 50; round++) {
    expect(shuffled(entrants, Math.random).toSorted()).toEqual(entrants)
  }
  expect(entrants).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

it('the order of a round can be any order, one way each', () => {
  const orders = new Set<string>()
  for (const first of [0, 0.34, 0.67]) {
    for (const second of [0, 0.5]) {
      const draws = [first, second]
      orders.add(shuffled(['a', 'b', 'c'], () => draws.shift() ?? Number.NaN).join(''))
    }
  }
  expect([...orders].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
})
