import type { IdleOutcome } from '../idleness.js'
import type { ChartPlan } from './chart-plan.js'
import { noAxis } from './chart-plan.js'

function percent(value: number): string {
  return `${value.toFixed(value < 0.0995 ? 3 : 2)} %`
}

export function idleFindings(outcomes: readonly IdleOutcome[]): string[] {
  const floor = outcomes.find(({ role }) => role === 'floor')
  if (floor === undefined) return []
  const [first, ...more] = outcomes.filter(({ role }) => role === 'ringway')
  const rivals = outcomes.filter(({ role }) => role === 'rival').sort((a, b) => a.percent - b.percent)
  if (first === undefined) return []
  const used = ({ name, percent: share }: IdleOutcome): string => `${name} ${percent(share)}`
  return [
    `Each side that waits in ${first.name} uses ${percent(first.percent)} of a processor, ${used(floor)}.`,
    ...more.map(({ name, percent: share }) => `In ${name}: ${percent(share)}.`),
    ...(rivals.length === 0 ? [] : [`The others, from the least: ${rivals.map(used).join(', ')}.`]),
  ]
}

export const idleCpu: ChartPlan = {
  id: 'idle-cpu',
  title: 'Processor time while nothing comes',
  explanation:
    'After a thousand round trips both sides wait for one more message. What each side uses of a processor meanwhile, all ' +
    'of its threads counted, once V8 has cleaned up behind the traffic: the median of five spans of 4 s. A foreign peer is one ' +
    'that cannot ring: a C program that only wakes a futex.',
  entrants: [],
  idle: true,
  draw: ({ idle }) => ({
    kind: 'bars',
    x: noAxis,
    y: { label: 'of a processor', unit: 'percent', logarithmic: false },
    series: idle.map(({ id, name, role, percent: used }) => ({
      id,
      name,
      role,
      points: [[0, used]],
    })),
    findings: idleFindings(idle),
  }),
}
