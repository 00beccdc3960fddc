import { pythonCallers } from '../../contenders/python-calls.js'
import { type Entrant, timed } from '../entrant.js'
import type { ChartPlan } from './chart-plan.js'
import { curveFindings, nanosecondAxis, percentileAxis, percentileSeries } from './durations.js'
import { floor } from './round-trip-spinning.js'

const each = { task: 'call', dropped: 50 } as const

const rpc: Entrant = timed({
  ...each,
  id: 'rpc',
  name: 'ringway RpcClient',
  role: 'ringway',
  contender: 'rpc',
  count: 10_000,
})

const entrants: readonly Entrant[] = [
  rpc,
  timed({ ...each, id: 'comlink', name: 'comlink, MessagePort', contender: 'comlink-calls', count: 800 }),
  timed({ ...each, id: 'grpc', name: 'grpc-js, Unix socket', contender: 'grpc-calls', count: 250 }),
  timed({
    ...each,
    id: 'child-process-calls',
    name: 'child_process with ids',
    contender: 'child-process-calls',
    count: 1000,
  }),
  timed({
    ...each,
    id: 'message-port-calls',
    name: 'MessagePort with ids',
    contender: 'message-port-calls',
    count: 1000,
  }),
  ...pythonCallers().present.map(({ contender, title }) =>
    timed({ ...each, id: contender, name: title, contender, count: 500 }),
  ),
  floor,
]

export const calls: ChartPlan = {
  id: 'calls',
  title: 'A call of 32 bytes and its reply',
  explanation:
    'One call in flight between two event loops, hot; the other side answers with what it was given. So many percent of ' +
    'the calls were answered within so long. In every round, the first 50 of each contender are left out.',
  entrants,
  draw: (results) => ({
    kind: 'percentiles',
    x: percentileAxis,
    y: nanosecondAxis('call'),
    series: entrants.map(({ id }) => percentileSeries(results.of(id))),
    findings: curveFindings(results, entrants, rpc.id, 'calls'),
  }),
}
