import type { Chart, Series } from '../report.js'
import { axisName, gridAt, labelsWidth, placeAxis } from './axes.js'
import type { ChartOption } from './engine.js'
import { drawnSeries } from './finite.js'
import { type Frame, hasRoomForNames, narrowRightPx, plotOf, surroundings, xPixel, yPixel } from './frame.js'
import { gutter, gutterWidth } from './gutter.js'
import { ninesOf, percentileScale, type Scale, scaleFor } from './scale.js'
import type { SeriesStyle } from './style.js'

/** The percentiles that people ask for: where curves carry marks. */
const markedPercentiles = [50, 90, 99, 99.9, 99.99, 99.999, 100]
const marksMost = 24

interface Curve {
  readonly series: Series
  readonly style: SeriesStyle
  /** In places of both axes. */
  readonly places: readonly (readonly [x: number, y: number, marked: boolean])[]
}

function placed(chart: Chart, series: Series, style: SeriesStyle, x: Scale, y: Scale): Curve {
  const { points } = series
  const places = points.map(([px, py]) => {
    const isPercentile = chart.kind === 'percentiles'
    const place = isPercentile ? ninesOf(px, series) : x.place(px)
    const marked = isPercentile ? markedPercentiles.includes(px) : points.length <= marksMost
    return [place, y.place(py), marked] as const
  })
  return { series, style, places }
}

function lineOption({ series, style, places }: Curve, { palette, live }: Frame) {
  const color = palette[style.color]
  return {
    type: 'line' as const,
    id: series.id,
    name: series.name,
    data: places.map(([x, y, marked]) => (marked ? [x, y] : { value: [x, y], symbol: 'none' })),
    showAllSymbol: true as const,
    showSymbol: style.symbol !== 'none',
    symbol: style.symbol,
    symbolSize: style.symbolSize,
    z: style.layer,
    silent: !live,
    clip: false,
    lineStyle: {
      color,
      width: style.width,
      type: style.dash === 'solid' ? ('solid' as const) : [...style.dash],
      join: 'round' as const,
    },
    itemStyle: { color: style.hollow ? palette.paper : color, borderColor: color, borderWidth: 1.5 },
    emphasis: live ? { focus: 'series' as const, scale: false } : { disabled: true },
    blur: { lineStyle: { opacity: 0.25 }, itemStyle: { opacity: 0.25 } },
  }
}

/** Percentile curves, and lines through points. */
export function curvesOption(chart: Chart, frame: Frame, styles: ReadonlyMap<string, SeriesStyle>): ChartOption {
  const drawn = drawnSeries(chart, frame.hidden)
  const named = hasRoomForNames(frame)
  const names = drawn.map(({ name }) => name)
  const xs = drawn.flatMap(({ points }) => points.map(([x]) => x))
  const ys = drawn.flatMap(({ points }) => points.map(([, y]) => y))
  const x = chart.kind === 'percentiles' ? percentileScale(drawn) : scaleFor(chart.x, xs, frame.widthPx < 600 ? 5 : 10)
  const y = scaleFor(chart.y, ys, 6)
  const plot = plotOf(frame, labelsWidth(y, chart.y.unit, frame), named ? gutterWidth(names) : narrowRightPx)
  const curves = drawn.map((series) => placed(chart, series, styles.get(series.id) as SeriesStyle, x, y))
  const callouts = curves.flatMap(({ series, style, places }) => {
    const end = places.at(-1)
    if (end === undefined) return []
    const at = [xPixel(plot, x, end[0]), yPixel(plot, y, end[1])] as const
    return [{ text: series.name, bold: series.role === 'ringway', color: frame.palette[style.color], at }]
  })
  return {
    animation: false,
    backgroundColor: frame.palette.paper,
    textStyle: { fontFamily: frame.fontFamily },
    grid: gridAt(plot),
    xAxis: placeAxis(x, chart.x.unit, frame, false),
    yAxis: placeAxis(y, chart.y.unit, frame, true),
    series: curves.map((curve) => lineOption(curve, frame)),
    graphic: {
      elements: [
        ...surroundings(frame, plot, { x: axisName(chart.x), y: axisName(chart.y) }),
        ...(named ? gutter(callouts, frame, plot) : []),
      ],
    },
  }
}
