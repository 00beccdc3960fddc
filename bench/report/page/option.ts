import type { Chart } from '../report.js'
import { barsOption } from './bars.js'
import { curvesOption } from './curves.js'
import { dotsOption } from './dots.js'
import type { ChartOption } from './engine.js'
import type { Frame } from './frame.js'
import { stylesOf } from './style.js'

/** What echarts is told of a chart: the same for its picture and for the page. */
export function chartOption(chart: Chart, frame: Frame): ChartOption {
  const styles = stylesOf(chart.series)
  switch (chart.kind) {
    case 'percentiles':
    case 'lines':
      return curvesOption(chart, frame, styles)
    case 'dots':
      return dotsOption(chart, frame, styles)
    case 'bars':
      return barsOption(chart, frame, styles)
  }
}

const rowPx = 38
/** Names have three lines where there is little width. */
const narrowRowPx = 50

/** Bars take the room of their rows, everything else the same; so do pictures with all that is around them. */
export function chartHeight({ kind, series }: Chart, widthPx: number, standsAlone: boolean): number {
  const around = standsAlone ? 145 : 80
  if (kind === 'bars') return around - 14 + (widthPx < 600 ? narrowRowPx : rowPx) * series.length
  const names = 15 * series.length
  return around + Math.max(names, widthPx < 600 ? 260 : 330)
}
