import * as hdr from 'hdr-histogram-js'
import { median } from '../../harness/median.js'
import type { Chart, Series } from '../report.js'
import { type Content, html, type Markup } from './markup.js'
import { stylesOf } from './style.js'
import { keySwatch } from './swatch.js'
import { count, figure } from './units.js'

export const tabledPercentiles = [50, 90, 99, 99.9, 99.99]

/** At a percentile: only where it is a point, because what was not measured is not made up. */
export function valueAt({ points }: Series, x: number): number | undefined {
  return points.find(([place]) => place === x)?.[1]
}

/** The longest of all samples: the last point if that is the maximum, else as the whole histogram has it. */
export function maximumOf(series: Series): number | undefined {
  const point = valueAt(series, 100)
  if (point !== undefined || series.hdr === undefined) return point
  return hdr.decodeFromCompressedBase64(series.hdr).getValueAtPercentile(100)
}

function scrolled(label: string, table: Markup): Markup {
  return html`<div class="scrolled" role="region" aria-label="${label}" tabindex="0">${table}</div>`
}

function rowHead(chart: Chart, { id, name, role }: Series): Markup {
  const style = stylesOf(chart.series).get(id)
  return html`<th scope="row" class="${role}">${style === undefined ? '' : keySwatch(style)} ${name}</th>`
}

function tableOf(chart: Chart, caption: string, head: readonly string[], cells: (series: Series) => Content[]): Markup {
  const columns = head.map((text) => html`<th scope="col">${text}</th>`)
  const rows = chart.series.map((series) => {
    const values = cells(series).map((cell) => html`<td>${cell}</td>`)
    return html`<tr data-series-id="${series.id}">${rowHead(chart, series)}${values}</tr>`
  })
  return scrolled(
    caption,
    html`<table class="figures"><caption>${caption}</caption><thead><tr><th scope="col"></th>${columns}</tr></thead><tbody>
${rows}</tbody></table>`,
  )
}

function samplesOf({ samples }: Series): string {
  return samples === undefined ? '–' : count(samples)
}

/** The figures of a chart that people ask for first. */
export function mainTable(chart: Chart): Markup {
  const { unit, label } = chart.y
  const caption = `${chart.title}: ${label}`
  switch (chart.kind) {
    case 'percentiles':
      return tableOf(chart, caption, [...tabledPercentiles.map((at) => `${at} %`), 'max', 'samples'], (series) => [
        ...tabledPercentiles.map((at) => figure(unit, valueAt(series, at))),
        figure(unit, maximumOf(series)),
        samplesOf(series),
      ])
    case 'dots':
      return tableOf(chart, caption, ['median', 'least', 'most', 'rounds'], ({ points }) => {
        const values = points.map(([, y]) => y)
        return [median(values), Math.min(...values), Math.max(...values)]
          .map((value) => figure(unit, value))
          .concat(String(values.length))
      })
    case 'bars':
      return tableOf(chart, caption, [label, 'samples'], (series) => [
        figure(unit, series.points[0]?.[1]),
        samplesOf(series),
      ])
    case 'lines':
      return pointsTable(chart, caption)
  }
}

/** Every point: a row for each place on the horizontal axis, a column for each series. */
export function pointsTable(chart: Chart, caption: string): Markup {
  const places = [...new Set(chart.series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const heads = chart.series.map(({ name, role }) => html`<th scope="col" class="${role}">${name}</th>`)
  const values = chart.series.map(({ points }) => new Map(points))
  // Cells without their ends, as HTML allows: there are thousands of them.
  const rows = places.map(
    (x) =>
      html`<tr><th scope="row">${figure(chart.x.unit, x)}${values.map((ys) =>
        ys.has(x) ? html`<td>${figure(chart.y.unit, ys.get(x))}` : html`<td>`,
      )}
`,
  )
  return scrolled(
    caption,
    html`<table class="points"><caption>${caption}</caption><thead><tr><th scope="col">${chart.x.label}</th>${heads}</tr></thead><tbody>
${rows}</tbody></table>`,
  )
}

/** What has more points than its table shows gets them all, folded away. */
export function allPoints(chart: Chart): Markup {
  if (chart.kind === 'bars' || chart.kind === 'lines') return html``
  const points = chart.series.reduce((sum, series) => sum + series.points.length, 0)
  return html`<details><summary>All ${count(points)} points</summary>${pointsTable(chart, `${chart.title}: all points`)}</details>`
}
