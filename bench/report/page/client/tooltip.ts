import type { TooltipComponentFormatterCallbackParams, TooltipComponentOption } from 'echarts'
import type { Chart, Series } from '../../report.js'
import { drawnSeries } from '../finite.js'
import type { Frame } from '../frame.js'
import { html, type Markup } from '../markup.js'
import { stylesOf } from '../style.js'
import { keySwatch } from '../swatch.js'
import { count, figure } from '../units.js'

function row(chart: Chart, { id, name, role }: Series, value: number): Markup {
  const style = stylesOf(chart.series).get(id)
  const swatch = style === undefined ? '' : keySwatch(style)
  return html`<tr class="${role}"><td>${swatch}</td><td>${name}</td><td>${figure(chart.y.unit, value)}</td></tr>`
}

function heading({ kind, x }: Chart, value: number): string {
  const here = figure(x.unit, value)
  if (kind === 'dots') return `${x.label} ${here}`
  if (kind !== 'percentiles' || value <= 0 || value >= 100) return here
  return `${here}: one in ${count(100 / (100 - value))} takes longer`
}

/** Everything that was measured there, from the top of the chart to its bottom. */
export function tooltipAt(chart: Chart, drawn: readonly Series[], x: number): Markup {
  const values = drawn.flatMap((series) => {
    const point = series.points.find(([at]) => at === x)
    return point === undefined ? [] : [{ series, value: point[1] }]
  })
  const ordered = values.sort((a, b) => b.value - a.value)
  const rows = ordered.map(({ series, value }) => row(chart, series, value))
  return html`<table class="tip"><caption>${heading(chart, x)}</caption>${rows}</table>`
}

export function tooltipOption(chart: Chart, { hidden, palette }: Frame): TooltipComponentOption {
  const drawn = drawnSeries(chart, hidden)
  const formatter = (params: TooltipComponentFormatterCallbackParams): string => {
    const [nearest] = Array.isArray(params) ? params : [params]
    const series = drawn.find(({ id }) => id === nearest?.seriesId)
    const point = series?.points[nearest?.dataIndex ?? -1]
    if (series === undefined || point === undefined) return ''
    if (chart.kind === 'bars') return html`<table class="tip">${row(chart, series, point[1])}</table>`.text
    return tooltipAt(chart, drawn, point[0]).text
  }
  return {
    trigger: chart.kind === 'bars' ? 'item' : 'axis',
    confine: true,
    transitionDuration: 0,
    className: 'tooltip',
    backgroundColor: palette.paper,
    borderColor: palette.axis,
    padding: [8, 12],
    textStyle: { color: palette.ink, fontSize: 13 },
    axisPointer: {
      type: 'line',
      snap: true,
      lineStyle: { color: palette.axis, type: 'solid' },
      label: { show: false },
    },
    formatter,
  }
}
