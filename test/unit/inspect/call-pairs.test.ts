import { describe, expect, it } from 'vitest'
import { type PairableRing, ringKinds } from '../../../src/inspect/call-pairs.js'

const ring = (inode: number, listenerRole: PairableRing['listenerRole'], others: Partial<PairableRing> = {}) => ({
  label: '/tmp/a',
  inode,
  pids: [1, 2],
  listenerRole,
  ...others,
})
const kinds = (...rings: readonly PairableRing[]) => {
  const found = ringKinds(rings)
  return rings.map((one) => found.get(one))
}

describe('ringKinds', () => {
  it('are calls and replies where a listener made two rings in a row for one peer', () => {
    expect(kinds(ring(11, 'producer'), ring(10, 'consumer'))).toEqual(['replies', 'calls'])
  })

  it('pair each client with its own replies', () => {
    const clients = [ring(10, 'consumer'), ring(11, 'producer'), ring(12, 'consumer'), ring(13, 'producer')]
    expect(kinds(...clients)).toEqual(['calls', 'replies', 'calls', 'replies'])
  })

  it('are calls and replies where a stock listener did', () => {
    expect(kinds(ring(10, undefined), ring(11, undefined))).toEqual(['calls', 'replies'])
  })

  it.each([
    ['one ring', [ring(10, 'consumer')]],
    ['two rings in which the listener consumes', [ring(10, 'consumer'), ring(11, 'consumer')]],
    ['replies made before their calls', [ring(10, 'producer'), ring(11, 'consumer')]],
    ['rings of two paths', [ring(10, 'consumer'), ring(11, 'producer', { label: '/tmp/b' })]],
    ['rings of other processes', [ring(10, 'consumer'), ring(11, 'producer', { pids: [1, 3] })]],
    ['rings made long after each other', [ring(10, 'consumer'), ring(30, 'producer')]],
    ['a marked ring and one without a marker', [ring(10, 'consumer'), ring(11, undefined)]],
  ])('are none for %s', (_name, rings) => {
    expect(kinds(...rings)).toEqual(rings.map(() => 'bus'))
  })
})
