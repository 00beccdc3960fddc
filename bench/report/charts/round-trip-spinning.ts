import { times } from '../../harness/format.js'
import { type Entrant, timed } from '../entrant.js'
import { ratioOf } from '../outcome.js'
import type { ChartPlan } from './chart-plan.js'
import { curveFindings, nanosecondAxis, percentileAxis, percentileSeries } from './durations.js'

const count = 10_000
const ours = { role: 'ringway', count } as const

/** Beside the rounds' floor, in the same two processes: the bounces one by one. */
export const floor: Entrant = timed({
  id: 'floor',
  name: 'a bare cache line each way',
  role: 'floor',
  contender: 'spin',
  task: 'floorTimed',
  checkedBy: 'check',
  count,
})

export const spin: Entrant = timed({
  ...ours,
  id: 'spin',
  name: 'ringway Bus, trySend + consume',
  contender: 'spin',
  task: 'spinTimed',
  checkedBy: 'check',
})

const entrants: readonly Entrant[] = [
  spin,
  timed({
    ...ours,
    id: 'guards',
    name: 'ringway Bus, guards in place',
    contender: 'spin',
    task: 'guardTimed',
    checkedBy: 'check',
  }),
  timed({
    ...ours,
    id: 'sync',
    name: 'ringway Bus, sendSync + recvSync',
    contender: 'bus',
    task: 'roundTripSync',
    dropped: 200,
  }),
  timed({
    ...ours,
    id: 'thread-spin',
    name: 'ringway ThreadBus, trySend + consume',
    contender: 'thread-bus',
    task: 'spinTimed',
    checkedBy: 'check',
  }),
  floor,
]

export const roundTripSpinning: ChartPlan = {
  id: 'round-trip-spinning',
  title: 'Round trip of 32 bytes, both sides spinning',
  explanation:
    'Two threads on two processors do nothing but look for the next message. So many percent of the round trips took at ' +
    'most so long; each nine takes the same room. The floor is one bare cache line bounced between the same two ' +
    'processors: no exchange of messages can be faster. One reading of the clock is part of every round trip, of the floor too.',
  entrants,
  draw(results) {
    const outcome = results.of(spin.id)
    const name = outcome.entrant.name
    return {
      kind: 'percentiles',
      x: percentileAxis,
      y: nanosecondAxis('round trip'),
      series: entrants.map(({ id }) => percentileSeries(results.of(id))),
      findings: [
        ...curveFindings(results, entrants, spin.id, 'round trips'),
        `Timed one by one, ${name} takes ${times(ratioOf(outcome, results.of(floor.id)))} the floor timed the same way.`,
      ],
    }
  },
}
