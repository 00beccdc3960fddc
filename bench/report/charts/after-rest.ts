import { type Entrant, timed } from '../entrant.js'
import type { ChartPlan } from './chart-plan.js'
import { noAxis } from './chart-plan.js'
import { curveFindings, medianBar, nanosecondAxis } from './durations.js'

const restMs = 10

/** In the pairs that are measured hot, too. */
const each = { task: 'roundTrip', ms: restMs, count: 12 } as const
const ours = { ...each, role: 'ringway' } as const

const entrants: readonly Entrant[] = [
  timed({ ...ours, id: 'rested-bus', name: 'ringway Bus', contender: 'bus', station: 'bus' }),
  timed({
    ...ours,
    id: 'rested-thread-bus',
    name: 'ringway ThreadBus',
    contender: 'thread-bus',
    station: 'thread-bus',
  }),
  timed({
    ...each,
    id: 'rested-message-port',
    name: 'MessagePort',
    contender: 'message-port',
    station: 'message-port',
  }),
  timed({
    ...each,
    id: 'rested-child-process',
    name: 'child_process',
    contender: 'child-process',
    station: 'child-process',
  }),
  timed({ ...each, id: 'rested-net', name: 'net, Unix socket', contender: 'unix-socket', station: 'net' }),
  timed({ ...each, id: 'rested-zeromq', name: 'zeromq, ipc', contender: 'zeromq', station: 'zeromq' }),
]

export const afterRest: ChartPlan = {
  id: 'after-rest',
  title: `Round trip of 32 bytes after ${restMs} ms of silence`,
  explanation:
    'The same round trips when both sides have gone to sleep before each: what it costs to be woken. Nothing is polled any ' +
    'more, and the kernel decides. Medians.',
  entrants,
  draw: (results) => ({
    kind: 'bars',
    x: noAxis,
    y: nanosecondAxis('median round trip'),
    series: entrants.map(({ id }) => medianBar(results.of(id))),
    findings: curveFindings(results, entrants, 'rested-bus', 'round trips after a rest'),
  }),
}
