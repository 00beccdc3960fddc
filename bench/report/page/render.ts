import type { Report } from '../report.js'
import { assets } from './assets.js'
import { caption } from './caption.js'
import { reportDocument } from './document.js'
import { picture } from './picture.js'

export interface Rendered {
  /** One page, complete in itself. */
  readonly html: string
  /** A picture of each chart, by the name of its file: `rounds.svg`. */
  readonly svgs: ReadonlyMap<string, string>
}

/** The same report gives the same bytes. */
export function renderReport(report: Report): Rendered {
  const below = caption(report)
  const svgs = new Map(report.charts.map((chart) => [`${chart.id}.svg`, picture(chart, below)]))
  return { html: reportDocument(report, assets()), svgs }
}
