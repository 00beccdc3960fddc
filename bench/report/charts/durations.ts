import type { Entrant } from '../entrant.js'
import { type Outcome, ratioOf } from '../outcome.js'
import { percentilePoints } from '../percentile-points.js'
import type { Axis, Series } from '../report.js'
import type { Results } from '../results.js'
import { againstFindings, type Measured, type Ratio, spreadSentence, tailPercent, tailSentence } from '../sentences.js'

export const percentileAxis: Axis = { label: 'percentile', unit: 'percentile', logarithmic: false }

export function nanosecondAxis(label: string): Axis {
  return { label, unit: 'ns', logarithmic: true }
}

export function percentileSeries({ entrant, histogram, encoded, samples }: Outcome): Series {
  const { id, name, role } = entrant
  return { id, name, role, points: percentilePoints(histogram), hdr: encoded, samples }
}

/** A bar of the median of all rounds' medians, with the histogram it comes from. */
export function medianBar({ entrant, median: ns, encoded, samples }: Outcome): Series {
  const { id, name, role } = entrant
  return { id, name, role, points: [[0, ns]], hdr: encoded, samples }
}

/** How many times as long the others took, by the median of each round. */
export function ratiosTo(subject: Outcome, others: readonly Outcome[]): Ratio[] {
  return others.map((other) => ({ name: other.entrant.name, ratio: ratioOf(other, subject) }))
}

/** What percentile curves say: the subject's own spread, its median to those of the others, and their tails. */
export function curveFindings(
  results: Results,
  entrants: readonly Entrant[],
  subjectId: string,
  what: string,
): string[] {
  const subject = results.of(subjectId)
  const others = entrants.filter(({ id, role }) => id !== subjectId && role !== 'floor').map(({ id }) => results.of(id))
  const rivals = others.filter(({ entrant }) => entrant.role === 'rival')
  const { name } = subject.entrant
  return [
    spreadSentence(name, what, subject),
    ...againstFindings(name, ratiosTo(subject, others)),
    ...tail(subject, rivals, what),
  ]
}

function tail(subject: Outcome, rivals: readonly Outcome[], what: string): string[] {
  const percent = tailPercent(Math.min(...[subject, ...rivals].map(({ samples }) => samples)))
  if (rivals.length === 0 || percent < 90) return []
  const measured = ({ entrant, percentile }: Outcome): Measured => ({ name: entrant.name, value: percentile(percent) })
  return [tailSentence(`${percent} % of the ${what}`, measured(subject), rivals.map(measured))]
}
