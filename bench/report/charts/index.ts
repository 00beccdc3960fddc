import { afterRest } from './after-rest.js'
import { calls } from './calls.js'
import type { ChartPlan } from './chart-plan.js'
import { idleCpu } from './idle-cpu.js'
import { oneCore } from './one-core.js'
import { roundTripAsync } from './round-trip-async.js'
import { roundTripSpinning } from './round-trip-spinning.js'
import { rounds } from './rounds.js'
import { throughput } from './throughput.js'

/** In the order in which the report shows them. */
export const charts: readonly ChartPlan[] = [
  roundTripSpinning,
  roundTripAsync,
  afterRest,
  calls,
  throughput,
  oneCore,
  idleCpu,
  rounds,
]
