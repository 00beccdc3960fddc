import type { Entrant } from '../entrant.js'
import type { Axis, Chart } from '../report.js'
import type { Results } from '../results.js'

/** What a chart needs measured, and what it makes of that. */
export interface ChartPlan extends Pick<Chart, 'id' | 'title' | 'explanation'> {
  readonly entrants: readonly Entrant[]
  /** Needs what waiting costs, which is measured by itself, after all rounds. */
  readonly idle?: boolean
  readonly draw: (results: Results) => Pick<Chart, 'kind' | 'x' | 'y' | 'series' | 'findings'>
}

/** Bars stand beside each other, at no place in particular. */
export const noAxis: Axis = { label: '', unit: 'round', logarithmic: false }
