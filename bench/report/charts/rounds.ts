import { duration, times } from '../../harness/format.js'
import type { Entrant } from '../entrant.js'
import { innerSpan } from '../inner-span.js'
import { type Outcome, toFloor } from '../outcome.js'
import type { Series } from '../report.js'
import type { ChartPlan } from './chart-plan.js'
import { nanosecondAxis } from './durations.js'
import { bus, messagePort } from './round-trip-async.js'
import { spin } from './round-trip-spinning.js'

const batch: Entrant = {
  id: 'spin-batches',
  name: 'ringway Bus, spinning',
  role: 'ringway',
  contender: spin.contender,
  station: spin.id,
  task: 'spin',
  input: { count: 1000, batches: 20 },
  answer: 'batches',
  check: spin.check,
}

const entrants: readonly Entrant[] = [batch, bus, messagePort]

function dots(id: string, name: string, role: Series['role'], perRound: readonly number[], samples?: number): Series {
  const points = perRound.map((ns, round): [number, number] => [round + 1, ns])
  return { id, name, role, points, ...(samples === undefined ? {} : { samples }) }
}

function findings(spinning: Outcome): string[] {
  const { perRound, floorPerRound } = spinning
  const [least, most] = innerSpan(floorPerRound)
  const [from, to] = innerSpan(perRound.map((ns, round) => ns / (floorPerRound[round] as number)))
  return [
    `From round to round the floor moved between ${duration(least)} and ${duration(most)}, by ${times(most / least)}; ${batch.name} took ${times(toFloor(spinning))} the floor of the same moment in the median round.`,
    `That ratio lay between ${times(from)} and ${times(to)}. (Both spans leave out the lowest and the highest twentieth of the rounds.) It is what can be compared with other machines and other minutes.`,
  ]
}

export const rounds: ChartPlan = {
  id: 'rounds',
  title: 'Every round, beside the floor of its moment',
  explanation:
    'A virtual machine moves its processors about, nearer to and farther from each other, and everything moves with them. ' +
    'One dot is the median of one round; the floor is measured just before and after the spinning round trips. Where the floor ' +
    'jumps, the spinning round trip jumps with it: compare distances within a round, not heights.',
  entrants,
  draw: (results) => ({
    kind: 'dots',
    x: { label: 'round', unit: 'round', logarithmic: false },
    y: nanosecondAxis('median of the round'),
    series: [
      ...[batch, bus, messagePort].map(({ id, name, role }) => {
        const { perRound, samples } = results.of(id)
        return dots(id, name, role, perRound, samples)
      }),
      dots('floor', 'a bare cache line each way', 'floor', results.of(batch.id).floorPerRound),
    ],
    findings: findings(results.of(batch.id)),
  }),
}
