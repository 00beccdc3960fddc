import type { EChartsType } from 'echarts/core'
import type { Report } from '../../report.js'
import { enableCopying } from './copy.js'
import { enableDownload } from './download.js'
import { LiveChart } from './live-chart.js'

declare global {
  /** For whoever checks the page: the live charts by their id. */
  var reportCharts: ReadonlyMap<string, EChartsType>
}

function main(): void {
  const json = document.querySelector('#report-data')?.textContent ?? ''
  const report = JSON.parse(json) as Report
  const figures = new Map(
    [...document.querySelectorAll<HTMLElement>('figure[data-chart-id]')].map((figure) => [
      figure.dataset['chartId'],
      figure,
    ]),
  )
  const charts = new Map<string, EChartsType>()
  for (const chart of report.charts) {
    const figure = figures.get(chart.id)
    if (figure !== undefined) charts.set(chart.id, new LiveChart(figure, chart).instance)
  }
  globalThis.reportCharts = charts
  enableCopying()
  enableDownload(json, report)
}

main()
