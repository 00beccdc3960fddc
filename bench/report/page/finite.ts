import type { Chart, Series } from '../report.js'

/** The series that are drawn, with the points that can be: a broken number has no place. Tables show it as a dash. */
export function drawnSeries({ series }: Chart, hidden: ReadonlySet<string>): Series[] {
  return series
    .filter(({ id }) => !hidden.has(id))
    .map((one) => ({ ...one, points: one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)) }))
}
