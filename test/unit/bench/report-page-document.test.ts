import { createHash } from 'node:crypto'
import * as hdr from 'hdr-histogram-js'
import { describe, expect, it } from 'vitest'
import { renderReport } from '../../../bench/report/page/render.js'
import { mainTable, maximumOf } from '../../../bench/report/page/tables.js'
import type { Chart, Report, Series } from '../../../bench/report/report.js'
import { sampleReport } from '../../support/report/sample-report.js'

const report = sampleReport()

/** Cells and heads of the rows, without their markup. */
function rowsOf(table: string): string[][] {
  return [...table.matchAll(/<tr[^>]*>(.*?)(?=<tr|<\/tbody|<\/thead)/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)(?=<t[hd]|<\/t[hd]>|$)/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, '').trim(),
    ),
  )
}

describe('renderReport', () => {
  const { html, svgs } = renderReport(report)

  it('makes a picture of every chart, named after it', () => {
    expect([...svgs.keys()]).toEqual(report.charts.map(({ id }) => `${id}.svg`))
  })

  it('makes the same of the same report', () => {
    const again = renderReport(sampleReport())
    expect(again.html === html).toBe(true)
    expect([...again.svgs]).toEqual([...svgs])
  })

  it('makes a page that names no address of anything to load', () => {
    const markup = html.replaceAll(/<script.*?<\/script>/gs, '')
    expect(markup).not.toMatch(/\b(?:src|srcset)=|<link|@import|url\((?!#)/)
    const links = [...markup.matchAll(/\bhref="([^"]*)"/g)].map(([, target]) => target)
    expect(links.filter((target) => !target?.startsWith('#'))).toEqual([])
  })

  it('allows its own script and no other', () => {
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text as string)
    expect(scripts).toHaveLength(1)
    const hash = createHash('sha256')
      .update(scripts[0] as string)
      .digest('base64')
    expect(html).toContain(`default-src &#39;none&#39;; script-src &#39;sha256-${hash}&#39;;`)
  })

  it('names the licences of what is inside', () => {
    expect(html).toMatch(/Apache License, Version 2\.0/)
    expect(html).toMatch(/Redistributions in binary form/)
  })

  it('is small enough to be sent around', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(900_000)
  })

  it('has the whole report inside, as JSON', () => {
    const [, json = ''] = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html) ?? []
    expect(JSON.parse(json)).toEqual(report)
  })

  it('has no empty id, and none twice', () => {
    const ids = [...html.replaceAll(/<script.*?<\/script>/gs, '').matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids.filter((id, index) => id === '' || ids.indexOf(id) !== index)).toEqual([])
  })

  it('escapes everything that a report says', () => {
    const hostile = `"><img src=x onerror=alert(1)><!--</script>'&`
    const evil: Report = {
      ...report,
      command: hostile,
      machine: [{ name: hostile, value: hostile }],
      charts: report.charts.map((chart) => ({
        ...chart,
        title: hostile,
        explanation: hostile,
        command: hostile,
        findings: [hostile],
        x: { ...chart.x, label: hostile },
        y: { ...chart.y, label: hostile },
        series: chart.series.map((series, index) => ({ ...series, id: `${hostile}${index}`, name: hostile })),
      })),
    }
    const page = renderReport(evil).html
    expect(page.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(/<img|<!--/)
    expect(page.match(/<\/script>/g)).toHaveLength(2)
  })
})

describe('the table of a chart', () => {
  const tableOf = (chart: Chart) => rowsOf(mainTable(chart).text)
  const kindOf = (kind: Chart['kind']) => report.charts.find((chart) => chart.kind === kind) as Chart

  it('has the percentiles that people ask for', () => {
    const [head, first] = tableOf(kindOf('percentiles'))
    expect(head).toEqual(['', '50 %', '90 %', '99 %', '99.9 %', '99.99 %', 'max', 'samples'])
    const values = [50, 90, 99, 99.9, 99.99].map(
      (x) => kindOf('percentiles').series[0]?.points.find(([at]) => at === x)?.[1],
    )
    expect(first?.slice(1, 6)).toEqual(
      values.map((ns) => (ns !== undefined && ns >= 1000 ? expect.stringMatching(/µs$/) : `${ns} ns`)),
    )
    expect(first?.at(-1)?.replaceAll('\u202f', '')).toBe('1200000')
  })

  it('does not make up a percentile that was not measured', () => {
    const chart = kindOf('percentiles')
    const [series] = chart.series as [Series]
    const few = { ...chart, series: [{ ...series, points: series.points.filter(([x]) => x <= 99) }] }
    expect(tableOf(few)[1]?.slice(4, 6)).toEqual(['–', '–'])
  })

  it('takes the maximum from the whole histogram', () => {
    const histogram = hdr.build({ numberOfSignificantValueDigits: 3 })
    for (const value of [100, 200, 5000]) histogram.recordValue(value)
    const series: Series = {
      id: '',
      name: '',
      role: 'rival',
      points: [],
      hdr: hdr.encodeIntoCompressedBase64(histogram),
    }
    expect(maximumOf(series)).toBe(histogram.getValueAtPercentile(100))
    expect(maximumOf({ ...series, points: [[100, 6000]] })).toBe(6000)
  })

  it('has the median and both ends of rounds', () => {
    const [head, first] = tableOf(kindOf('dots'))
    expect(head).toEqual(['', 'median', 'least', 'most', 'rounds'])
    expect(first?.at(-1)).toBe('40')
  })

  it('has a row for each size of a stream', () => {
    const chart = kindOf('lines')
    const rows = tableOf(chart)
    expect(rows.map(([size]) => size)).toEqual([
      'payload',
      '32 B',
      '128 B',
      '512 B',
      '1 KiB',
      '4 KiB',
      '16 KiB',
      '64 KiB',
      '256 KiB',
      '1 MiB',
    ])
    expect(rows[0]).toHaveLength(1 + chart.series.length)
  })
})
