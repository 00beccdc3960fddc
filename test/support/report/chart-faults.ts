import { lightPalette, type Palette } from '../../../bench/report/page/palette.js'
import { stylesOf } from '../../../bench/report/page/style.js'
import type { Chart, Report, Series } from '../../../bench/report/report.js'
import type { Box, DrawnChart, Pixel, Shape } from './drawn-charts.js'

const nearPx = 2

function covers({ left, top, right, bottom }: Box, [x, y]: Pixel): boolean {
  return x >= left - nearPx && x <= right + nearPx && y >= top - nearPx && y <= bottom + nearPx
}

/** Points that nothing of the colour of their series is drawn at; of curves: that no one curve goes through all of. */
function pointsUnseen(chart: Chart, id: string, pixels: readonly Pixel[], shapes: readonly Shape[], palette: Palette) {
  const color = palette[stylesOf(chart.series).get(id)?.color ?? 'paper']
  const own = shapes.filter(({ stroke, fill }) => stroke === color || fill === color)
  const isCurve = chart.kind === 'percentiles' || chart.kind === 'lines'
  if (isCurve && !own.some((shape) => pixels.every((pixel) => covers(shape, pixel)))) return pixels.length
  return pixels.filter((pixel) => !own.some((shape) => covers(shape, pixel))).length
}

function seriesFaults(chart: Chart, { id, points }: Series, picture: DrawnChart, palette: Palette): string[] {
  const drawn = picture.series.find((one) => one.id === id)
  if (points.length === 0) return [`${id} has no points`]
  if (drawn === undefined) return [`${id} is not drawn`]
  const faults = points
    .filter((point) => !point.every((value) => Number.isFinite(value)))
    .map(() => `${id} has a point that is no number`)
  const { pixels } = drawn
  if (pixels.length !== points.length) faults.push(`${id} has ${pixels.length} points of ${points.length}`)
  const [width, height] = picture.size
  const inside = pixels.filter((pixel) => covers({ left: 0, top: 0, right: width, bottom: height }, pixel))
  if (inside.length < pixels.length)
    faults.push(`${pixels.length - inside.length} points of ${id} are outside the picture`)
  const unseen = pointsUnseen(chart, id, inside, picture.shapes, palette)
  if (unseen > 0) faults.push(`${unseen} points of ${id} cannot be seen`)
  return faults
}

function faultsOf(chart: Chart, drawn: DrawnChart | undefined, palette: Palette): string[] {
  if (drawn === undefined) return ['it is not on the page']
  const faults = chart.series.flatMap((series) => seriesFaults(chart, series, drawn, palette))
  if (chart.series.length === 0) faults.push('it has no series')
  if (!drawn.ready) faults.push('it did not get ready')
  if (drawn.series.length > chart.series.length) faults.push(`it shows ${drawn.series.length} series`)
  const broken = /NaN|undefined|null|Infinity/.exec(drawn.text)
  if (broken !== null) faults.push(`it says ${broken[0]}`)
  return faults
}

/** Everything of the report that the page does not show, or not right, in words. */
export function chartFaults(
  report: Report,
  drawn: ReadonlyMap<string, DrawnChart>,
  palette: Palette = lightPalette,
): string[] {
  const missing = report.charts.flatMap((chart) =>
    faultsOf(chart, drawn.get(chart.id), palette).map((fault) => `${chart.id}: ${fault}`),
  )
  const unknown = [...drawn.keys()].filter((id) => !report.charts.some((chart) => chart.id === id))
  return [...missing, ...unknown.map((id) => `${id}: it is not in the report`)]
}
