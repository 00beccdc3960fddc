import { type Entrant, timed } from '../entrant.js'
import type { ChartPlan } from './chart-plan.js'
import { noAxis } from './chart-plan.js'
import { curveFindings, medianBar, nanosecondAxis } from './durations.js'

const each = { task: 'roundTrip', oneProcessor: true, count: 1000, dropped: 50 } as const
const ours = { ...each, role: 'ringway' } as const

const promises: Entrant = timed({ ...ours, id: 'one-core-bus', name: 'ringway Bus, promises', contender: 'bus' })
const sync: Entrant = timed({
  ...ours,
  id: 'one-core-bus-sync',
  name: 'ringway Bus, Sync',
  contender: 'bus',
  task: 'roundTripSync',
})

const entrants: readonly Entrant[] = [
  promises,
  sync,
  timed({ ...ours, id: 'one-core-thread-bus', name: 'ringway ThreadBus, promises', contender: 'thread-bus' }),
  timed({
    ...ours,
    id: 'one-core-thread-bus-sync',
    name: 'ringway ThreadBus, Sync',
    contender: 'thread-bus',
    task: 'roundTripSync',
  }),
  timed({ ...each, id: 'one-core-message-port', name: 'MessagePort', contender: 'message-port' }),
  timed({ ...each, id: 'one-core-child-process', name: 'child_process', contender: 'child-process' }),
  timed({ ...each, id: 'one-core-net', name: 'net, Unix socket', contender: 'unix-socket' }),
  timed({ ...each, id: 'one-core-zeromq', name: 'zeromq, ipc', contender: 'zeromq' }),
]

export const oneCore: ChartPlan = {
  id: 'one-core',
  title: 'Round trip of 32 bytes, both sides on one processor',
  explanation:
    'Both sides have to share one processor, as in a container that is given one: whoever looks for a message keeps the ' +
    'other side from sending it, so that designs which poll fail here. Medians. There is no floor: a bare cache line cannot ' +
    'be bounced by two loops of which one runs at a time.',
  entrants,
  draw: (results) => ({
    kind: 'bars',
    x: noAxis,
    y: nanosecondAxis('median round trip'),
    series: entrants.map(({ id }) => medianBar(results.of(id))),
    findings: [promises, sync].flatMap(({ id }) => curveFindings(results, entrants, id, 'round trips')),
  }),
}
