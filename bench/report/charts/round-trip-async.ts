import { tachyonContenders } from '../../contenders/tachyon.js'
import { duration, times } from '../../harness/format.js'
import { type Entrant, timed } from '../entrant.js'
import { toFloor } from '../outcome.js'
import type { ChartPlan } from './chart-plan.js'
import { curveFindings, nanosecondAxis, percentileAxis, percentileSeries } from './durations.js'
import { floor } from './round-trip-spinning.js'

const grouped = new Intl.NumberFormat('en')

const each = { task: 'roundTrip', dropped: 50 } as const

export const bus: Entrant = timed({
  ...each,
  id: 'bus',
  name: 'ringway Bus',
  role: 'ringway',
  contender: 'bus',
  count: 10_000,
})

export const messagePort: Entrant = timed({
  ...each,
  id: 'message-port',
  name: 'MessagePort',
  contender: 'message-port',
  count: 1000,
})

const entrants: readonly Entrant[] = [
  bus,
  timed({
    ...each,
    id: 'thread-bus',
    name: 'ringway ThreadBus',
    role: 'ringway',
    contender: 'thread-bus',
    count: 10_000,
  }),
  messagePort,
  timed({ ...each, id: 'child-process', name: 'child_process', contender: 'child-process', count: 1000 }),
  timed({ ...each, id: 'net', name: 'net, Unix socket', contender: 'unix-socket', count: 1000 }),
  timed({ ...each, id: 'zeromq', name: 'zeromq, ipc', contender: 'zeromq', count: 500 }),
  ...tachyonContenders().present.map(({ contender, title }) =>
    timed({ ...each, id: 'tachyon', name: title, contender, count: 1000 }),
  ),
  floor,
]

export const roundTripAsync: ChartPlan = {
  id: 'round-trip-async',
  title: 'Round trip of 32 bytes between two event loops',
  explanation:
    'await send and await recv on the main threads of two processes (of ThreadBus and MessagePort: a main thread and a ' +
    'worker), hot: one message under way, the next one sent at once. So many percent of the round trips took at most so ' +
    'long. In every round, the first 50 of each contender are left out, while it warms up. Where Tachyon is installed it ' +
    'takes part in Python, whose calls block and look for messages all the time, rather than wait in an event loop.',
  entrants,
  draw(results) {
    const ours = results.of(bus.id)
    return {
      kind: 'percentiles',
      x: percentileAxis,
      y: nanosecondAxis('round trip'),
      series: entrants.map(({ id }) => percentileSeries(results.of(id))),
      findings: [
        ...curveFindings(results, entrants, bus.id, 'round trips'),
        `The event loops and promises of ${bus.name} take ${times(toFloor(ours))} the bounce of a bare cache line; the longest of its ${grouped.format(ours.samples)} round trips took ${duration(ours.percentile(100))}.`,
      ],
    }
  },
}
