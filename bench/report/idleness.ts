import { compiledStandIn } from '../contenders/foreign-idle.js'
import type { Conditions } from '../harness/bench.js'
import { Pair } from '../harness/pair.js'
import type { Results as Sides } from '../harness/side.js'
import type { IdleCost } from '../tasks/idle.js'
import { within } from './deadline.js'
import type { SeriesRole } from './report.js'

/** What one of them used while nothing came. */
export interface IdleOutcome {
  readonly id: string
  readonly name: string
  readonly role: SeriesRole
  /** Of a processor, for each side that waits. */
  readonly percent: number
}

interface Idler {
  readonly id: string
  readonly name: string
  readonly role: SeriesRole
  readonly contender: string
  /** `threads`: both sides are in the near side's process, whose threads are all counted. */
  readonly between: 'processes' | 'threads' | 'nobody'
}

const idlers: readonly Idler[] = [
  { id: 'idle-bus', name: 'ringway Bus, native peer', role: 'ringway', contender: 'bus', between: 'processes' },
  { id: 'idle-thread-bus', name: 'ringway ThreadBus', role: 'ringway', contender: 'thread-bus', between: 'threads' },
  { id: 'idle-message-port', name: 'MessagePort', role: 'rival', contender: 'message-port', between: 'threads' },
  { id: 'idle-child-process', name: 'child_process', role: 'rival', contender: 'child-process', between: 'processes' },
  { id: 'idle-net', name: 'net, Unix socket', role: 'rival', contender: 'unix-socket', between: 'processes' },
  { id: 'idle-zeromq', name: 'zeromq, ipc', role: 'rival', contender: 'zeromq', between: 'processes' },
  { id: 'nothing', name: 'a Node process that does nothing', role: 'floor', contender: 'nothing', between: 'nobody' },
]

const foreign: Idler = {
  id: 'idle-foreign',
  name: 'ringway Bus, foreign peer',
  role: 'ringway',
  contender: 'foreign-idle',
  between: 'nobody',
}

export function idlersHere(): readonly Idler[] {
  const [bus, ...others] = idlers as readonly [Idler, ...Idler[]]
  return compiledStandIn() === undefined ? idlers : [bus, foreign, ...others]
}

interface IdleTimes {
  readonly settleMs: number
  /** So many spans of so many milliseconds, of which the median one counts. */
  readonly batches: number
  readonly ms: number
}

/** V8 collects garbage 8, 16 and 25 s after the last traffic, for 10 to 30 ms each: nobody's way of waiting. */
export function idleTimes(smoke: boolean): IdleTimes {
  return smoke ? { settleMs: 1000, batches: 3, ms: 300 } : { settleMs: 35_000, batches: 5, ms: 4000 }
}

export function wholeMs({ settleMs, batches, ms }: IdleTimes): number {
  return settleMs + batches * ms
}

/** For the traffic before the rest, on a busy machine. */
const startMs = 30_000

function percentOf({ cpuUs, elapsedMs }: IdleCost): number {
  return cpuUs / 10 / elapsedMs
}

function outcomeOf({ id, name, role, between }: Idler, costs: Sides<IdleCost, IdleCost> | IdleCost): IdleOutcome {
  if ('cpuUs' in costs) return { id, name, role, percent: percentOf(costs) }
  const near = percentOf(costs.near)
  const both = between === 'threads' ? near : near + percentOf(costs.far)
  return { id, name, role, percent: both / 2 }
}

/** All of them at the same time, each in fresh processes: whoever uses no processor is in nobody's way. */
export async function measureIdleness({ processors, scratch, smoke }: Conditions): Promise<IdleOutcome[]> {
  const input = { count: 1, ...idleTimes(smoke) }
  return await Promise.all(
    idlersHere().map(async (idler) => {
      const pair = await Pair.start(idler.contender, processors, scratch)
      const mostMs = 2 * wholeMs(input) + startMs
      const costs: unknown = await within(mostMs, `waiting of ${idler.name}`, pair.run('idle', input))
      await pair.close()
      return outcomeOf(idler, costs as Sides<IdleCost, IdleCost> | IdleCost)
    }),
  )
}
