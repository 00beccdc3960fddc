import type { Chart, Series } from '../report.js'
import { axisName, gridAt, placeAxis } from './axes.js'
import { type Drawing, strokeThrough, textAt } from './drawings.js'
import type { ChartOption } from './engine.js'
import { drawnSeries } from './finite.js'
import { type Frame, fontSize, type Plot, plotOf, sideOf, surroundings, xPixel } from './frame.js'
import { type Scale, scaleFor } from './scale.js'
import type { SeriesStyle } from './style.js'
import { textWidth, wrapped } from './text.js'
import { figure } from './units.js'

const barPx = 20
const valuePx = 74
const lineHeightPx = 15

interface Row {
  readonly series: Series
  readonly style: SeriesStyle
  readonly index: number
}

function valueLabel({ series }: Row, unit: Chart['y']['unit'], { palette, fontFamily }: Frame) {
  const text = figure(unit, series.points[0]?.[1])
  return {
    show: true,
    position: 'right' as const,
    distance: 5,
    // A gridline may run behind it.
    backgroundColor: palette.paper,
    padding: [1, 3],
    formatter: () => text,
    color: palette.ink,
    fontFamily,
    fontSize,
    fontWeight: series.role === 'ringway' ? (600 as const) : (400 as const),
  }
}

/** Solid for ringway, an outline with a tint for rivals, a dashed outline for the floor. */
function barOf(row: Row, scale: Scale, chart: Chart, frame: Frame) {
  const { series, style, index } = row
  const color = frame.palette[style.color]
  const outlined = style.hollow || style.symbol === 'none'
  return {
    type: 'bar' as const,
    id: series.id,
    name: series.name,
    data: series.points.map(([, y]) => [scale.place(y), index]),
    barWidth: barPx,
    // Each has a row of its own: they must not make room for each other in it.
    barGap: '-100%',
    silent: !frame.live,
    label: valueLabel(row, chart.y.unit, frame),
    itemStyle: {
      color: outlined ? frame.palette.grid : color,
      borderColor: color,
      borderWidth: outlined ? 1.5 : 0,
      borderType: style.dash === 'solid' ? ('solid' as const) : [...style.dash],
      borderRadius: [0, 2, 2, 0],
    },
    emphasis: frame.live ? { focus: 'series' as const } : { disabled: true },
  }
}

/** On a logarithmic scale a bar's length means nothing: a mark at the end of a thin stem says the same honestly. */
function markOf(row: Row, scale: Scale, chart: Chart, frame: Frame) {
  const { series, style, index } = row
  const color = frame.palette[style.color]
  return {
    type: 'scatter' as const,
    id: series.id,
    name: series.name,
    data: series.points.map(([, y]) => [scale.place(y), index]),
    symbol: style.symbol === 'none' ? 'circle' : style.symbol,
    symbolSize: style.symbolSize + 3,
    z: style.layer,
    silent: !frame.live,
    clip: false,
    label: valueLabel(row, chart.y.unit, frame),
    itemStyle: {
      color: style.hollow || style.symbol === 'none' ? frame.palette.paper : color,
      borderColor: color,
      borderWidth: 2,
      opacity: 1,
    },
    emphasis: frame.live ? { focus: 'series' as const, scale: false } : { disabled: true },
  }
}

function rowMiddle(plot: Plot, rows: number, index: number): number {
  return plot.top + ((index + 0.5) / rows) * (plot.bottom - plot.top)
}

function stem({ series, style, index }: Row, rows: number, plot: Plot, scale: Scale, { palette }: Frame): Drawing[] {
  const value = series.points[0]?.[1]
  if (value === undefined) return []
  const middle = rowMiddle(plot, rows, index)
  const end = xPixel(plot, scale, scale.place(value))
  const dash = style.dash === 'solid' ? undefined : style.dash
  return [
    strokeThrough(
      [
        [plot.left, middle],
        [end, middle],
      ],
      palette[style.color],
      style.width,
      dash,
    ),
  ]
}

/** One figure for each series, lying, so that names can be read. */
export function barsOption(chart: Chart, frame: Frame, styles: ReadonlyMap<string, SeriesStyle>): ChartOption {
  const drawn = drawnSeries(chart, frame.hidden)
  const rows = drawn.map((series, index) => ({ series, style: styles.get(series.id) as SeriesStyle, index }))
  const charactersMost = frame.widthPx < 600 ? 17 : 34
  const names = drawn.map(({ name }) => wrapped(name, charactersMost))
  const namesPx = Math.max(40, ...names.flat().map((line) => textWidth(line, fontSize, true)))
  const plot = plotOf(frame, sideOf(frame) + namesPx + 12, valuePx, 20)
  const scale = scaleFor(
    chart.y,
    drawn.flatMap(({ points }) => points.map(([, y]) => y)),
    frame.widthPx < 600 ? 3 : 6,
  )
  const texts = rows.flatMap(({ series, style, index }) => {
    const lines = names[index] as string[]
    const first = rowMiddle(plot, rows.length, index) - ((lines.length - 1) * lineHeightPx) / 2
    const look = {
      fill: frame.palette[style.color],
      fontFamily: frame.fontFamily,
      fontSize,
      bold: series.role === 'ringway',
    }
    return lines.map((line, number) =>
      textAt(plot.left - 12, first + number * lineHeightPx, line, { ...look, align: 'right' }),
    )
  })
  const { logarithmic } = chart.y
  return {
    animation: false,
    backgroundColor: frame.palette.paper,
    textStyle: { fontFamily: frame.fontFamily },
    grid: gridAt(plot),
    xAxis: placeAxis(scale, chart.y.unit, frame, true),
    yAxis: {
      type: 'category',
      inverse: true,
      data: drawn.map(({ name }) => name),
      axisLine: { show: true, onZero: false, lineStyle: { color: frame.palette.axis } },
      axisTick: { show: false },
      axisLabel: { show: false },
      splitLine: { show: false },
    },
    series: rows.map((row) => (logarithmic ? markOf : barOf)(row, scale, chart, frame)),
    graphic: {
      elements: [
        ...surroundings(frame, plot, { x: axisName(chart.y), y: '' }),
        ...(logarithmic ? rows.flatMap((row) => stem(row, rows.length, plot, scale, frame)) : []),
        ...texts,
      ],
    },
  }
}
