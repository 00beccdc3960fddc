import { median } from '../../harness/median.js'
import type { Chart, Series } from '../report.js'
import { axisName, gridAt, labelsWidth, placeAxis } from './axes.js'
import { strokeThrough } from './drawings.js'
import type { ChartOption } from './engine.js'
import { drawnSeries } from './finite.js'
import { type Frame, hasRoomForNames, narrowRightPx, plotOf, surroundings, yPixel } from './frame.js'
import { gutter, gutterWidth } from './gutter.js'
import { type Scale, scaleFor } from './scale.js'
import type { SeriesStyle } from './style.js'
import { figure } from './units.js'

const noBreak = '\u00a0'

function dotsOf(series: Series, style: SeriesStyle, x: Scale, y: Scale, { palette, live }: Frame) {
  const color = palette[style.color]
  return {
    type: 'scatter' as const,
    id: series.id,
    name: series.name,
    data: series.points.map(([px, py]) => [x.place(px), y.place(py)]),
    // What has no mark on a curve has a small one here: without it nothing would be seen.
    symbol: style.symbol === 'none' ? 'circle' : style.symbol,
    symbolSize: style.symbolSize - 1,
    z: style.layer,
    silent: !live,
    clip: false,
    itemStyle: { color: style.hollow ? palette.paper : color, borderColor: color, borderWidth: 1.25, opacity: 0.85 },
    emphasis: live ? { focus: 'series' as const, scale: false } : { disabled: true },
  }
}

/** One dot for each round, and each series' median as a line through them, with its name and figure beside it. */
export function dotsOption(chart: Chart, frame: Frame, styles: ReadonlyMap<string, SeriesStyle>): ChartOption {
  const drawn = drawnSeries(chart, frame.hidden)
  const named = hasRoomForNames(frame)
  const medians = drawn.map(({ points }) => median(points.map(([, y]) => y)))
  const names = drawn.map(
    ({ name }, index) => `${name} ${figure(chart.y.unit, medians[index]).replaceAll(' ', noBreak)}`,
  )
  const points = drawn.flatMap((series) => series.points)
  const x = scaleFor(
    chart.x,
    points.map(([value]) => value),
    8,
  )
  const y = scaleFor(
    chart.y,
    points.map(([, value]) => value),
    6,
  )
  const plot = plotOf(frame, labelsWidth(y, chart.y.unit, frame), named ? gutterWidth(names) : narrowRightPx)
  const middles = drawn.flatMap((series, index) => {
    const value = medians[index] as number
    if (series.points.length === 0) return []
    const style = styles.get(series.id) as SeriesStyle
    return [{ series, style, color: frame.palette[style.color], height: yPixel(plot, y, y.place(value)), index }]
  })
  const lines = middles.map(({ style, color, height }) =>
    strokeThrough(
      [
        [plot.left, height],
        [plot.right, height],
      ],
      color,
      style.width / 2,
      style.dash === 'solid' ? undefined : style.dash,
    ),
  )
  const callouts = middles.map(({ series, color, height, index }) => {
    return { text: names[index] as string, bold: series.role === 'ringway', color, at: [plot.right, height] as const }
  })
  return {
    animation: false,
    backgroundColor: frame.palette.paper,
    textStyle: { fontFamily: frame.fontFamily },
    grid: gridAt(plot),
    xAxis: placeAxis(x, chart.x.unit, frame, false),
    yAxis: placeAxis(y, chart.y.unit, frame, true),
    series: drawn.map((series) => dotsOf(series, styles.get(series.id) as SeriesStyle, x, y, frame)),
    graphic: {
      elements: [
        ...surroundings(frame, plot, { x: axisName(chart.x), y: axisName(chart.y) }),
        ...lines,
        ...(named ? gutter(callouts, frame, plot) : []),
      ],
    },
  }
}
