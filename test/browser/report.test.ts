import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { darkPalette, lightPalette } from '../../bench/report/page/palette.js'
import { renderReport } from '../../bench/report/page/render.js'
import { tabledPercentiles } from '../../bench/report/page/tables.js'
import { count, figure } from '../../bench/report/page/units.js'
import type { Chart, Report, Series } from '../../bench/report/report.js'
import { describeInChromium } from '../support/browser.js'
import { chartFaults } from '../support/report/chart-faults.js'
import { drawnCharts } from '../support/report/drawn-charts.js'
import { madeReport, reportFolder, reportPage } from '../support/report/made-report.js'
import { openReport } from '../support/report/report-page.js'
import { sampleReport } from '../support/report/sample-report.js'
import { temporaryPath } from '../support/temporary-path.js'

const phone = { width: 375, height: 812 }

function plotOf(page: Page, { id }: Chart) {
  return page.locator(`figure[data-chart-id="${id}"] .plot`)
}

function keyOf(page: Page, chart: Chart, series: Series) {
  return page.locator(`figure[data-chart-id="${chart.id}"] button[data-series-id="${series.id}"]`)
}

/** Where on the screen a point of a series is; the chart is scrolled to. */
async function pixelOf(page: Page, chart: Chart, seriesIndex: number): Promise<{ x: number; y: number }> {
  await plotOf(page, chart).scrollIntoViewIfNeeded()
  return await page.evaluate(
    ([id, index]) => {
      const live = globalThis.reportCharts.get(id)
      const series = live?.getOption()['series'] as { data: (number[] | { value: number[] })[] }[]
      const data = series[index]?.data ?? []
      const point = data[data.length >> 1] ?? []
      const place = 'value' in point ? point.value : point
      const [x = 0, y = 0] = (live?.convertToPixel({ gridIndex: 0 }, place) ?? []) as number[]
      const plot = document.querySelector(`figure[data-chart-id="${id}"] .plot`)?.getBoundingClientRect()
      return { x: (plot?.left ?? 0) + x, y: (plot?.top ?? 0) + y }
    },
    [chart.id, seriesIndex] as const,
  )
}

function visibleText(page: Page, selector: string): Promise<string> {
  return page.evaluate((wanted) => {
    const shown = [...document.querySelectorAll<HTMLElement>(wanted)].filter((element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
    )
    return shown.map((element) => element.textContent).join('\n')
  }, selector)
}

/** What the table of a chart has to say of a series, out of the report alone. */
function figuresOf(chart: Chart, series: Series): string[] {
  const { unit } = chart.y
  const ys = series.points.map(([, y]) => y)
  switch (chart.kind) {
    case 'percentiles':
      return tabledPercentiles.map((x) => figure(unit, series.points.find(([at]) => at === x)?.[1]))
    case 'dots':
      return [figure(unit, Math.min(...ys)), figure(unit, Math.max(...ys)), String(ys.length)]
    case 'bars':
      return [figure(unit, ys[0]), ...(series.samples === undefined ? [] : [count(series.samples)])]
    case 'lines':
      return ys.map((y) => figure(unit, y))
  }
}

async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(reportFolder, { recursive: true })
  await page.screenshot({ path: join(reportFolder, `${name}.png`), fullPage: true })
}

function written(report: Report): string {
  const path = temporaryPath('report.html')
  writeFileSync(path, renderReport(report).html)
  return path
}

describeInChromium('the page of the report', (browser) => {
  let report: Report
  beforeAll(() => {
    report = madeReport()
  }, 300_000)

  it('shows every chart with all its data, complains of nothing and asks for nothing', async () => {
    const { page, complaints, requests } = await openReport(browser(), reportPage)
    expect(report.charts.length).toBeGreaterThan(0)
    expect(chartFaults(report, await drawnCharts(page))).toEqual([])
    await screenshot(page, 'desktop')
    expect(requests).toEqual([pathToFileURL(reportPage).href])
    expect(complaints).toEqual([])
  })

  it('draws each kind of chart', async () => {
    const sample = sampleReport()
    const { page, complaints } = await openReport(browser(), written(sample))
    expect(new Set(sample.charts.map(({ kind }) => kind))).toEqual(new Set(['percentiles', 'lines', 'dots', 'bars']))
    expect(chartFaults(sample, await drawnCharts(page))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('begins with what was found, and goes from there to the chart', async () => {
    const { page } = await openReport(browser(), reportPage)
    const [first] = report.charts
    await page
      .getByRole('link', { name: first?.title ?? '' })
      .first()
      .click()
    await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#${first?.id}`)
    const text = await page.locator('main').textContent()
    for (const { findings } of report.charts) expect(text).toContain(findings[0]?.replaceAll('`', ''))
  })

  it('says so if the run was a smoke run, and only then', async () => {
    for (const smoke of [true, false]) {
      const { page } = await openReport(browser(), written({ ...sampleReport(), smoke }))
      expect(await page.locator('.banner').count()).toBe(smoke ? 1 : 0)
    }
  })

  it('tells the figures under the pointer, in every chart', async () => {
    const { page, complaints } = await openReport(browser(), reportPage)
    for (const chart of report.charts) {
      const { x, y } = await pixelOf(page, chart, 0)
      await page.mouse.move(x - 1, y)
      const tooltip = `figure[data-chart-id="${chart.id}"] .tooltip`
      await expect.poll(() => visibleText(page, tooltip), { message: chart.id }).toContain(chart.series[0]?.name)
      const shown = await visibleText(page, tooltip)
      const values = chart.series.flatMap(({ points }) => points.map(([, value]) => figure(chart.y.unit, value)))
      expect(values.filter((value) => shown.includes(value))).not.toEqual([])
      await page.mouse.move(0, 0)
    }
    expect(complaints).toEqual([])
  })

  it('hides a series and shows it again', async () => {
    const { page, complaints } = await openReport(browser(), reportPage)
    for (const chart of report.charts) {
      for (const series of chart.series.slice(0, 2)) {
        const button = keyOf(page, chart, series)
        const idsDrawn = async () => (await drawnCharts(page)).get(chart.id)?.series.map(({ id }) => id)
        const all = chart.series.map(({ id }) => id)
        await button.click()
        expect(await button.getAttribute('aria-pressed')).toBe('false')
        expect(await idsDrawn()).toEqual(all.filter((id) => id !== series.id))
        await button.click()
        expect(await button.getAttribute('aria-pressed')).toBe('true')
        expect(await idsDrawn()).toEqual(all)
      }
    }
    expect(chartFaults(report, await drawnCharts(page))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('survives the hiding of every series', async () => {
    const sample = sampleReport()
    const { page, complaints } = await openReport(browser(), written(sample))
    for (const chart of sample.charts) {
      for (const series of chart.series) await keyOf(page, chart, series).click()
    }
    const drawn = await drawnCharts(page)
    expect([...drawn.values()].map(({ series }) => series.length)).toEqual(sample.charts.map(() => 0))
    expect([...drawn.values()].filter(({ text }) => /NaN|undefined|Infinity/.test(text))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('has in its tables what the JSON says', async () => {
    const { page } = await openReport(browser(), reportPage)
    for (const chart of report.charts) {
      const section = page.locator(`section[id="${chart.id}"]`)
      for (const series of chart.series) {
        const row = section.locator(`tr[data-series-id="${series.id}"] td`)
        const cells = await (chart.kind === 'lines' ? section.locator('table.points td') : row).allInnerTexts()
        expect(cells, `${chart.id}, ${series.name}`).toEqual(expect.arrayContaining(figuresOf(chart, series)))
      }
      if (chart.kind === 'bars') continue
      const points = await section.locator('table.points td:not(:empty)').count()
      expect(points, chart.id).toBe(chart.series.reduce((sum, series) => sum + series.points.length, 0))
    }
  })

  it('copies the commands', async () => {
    const { page } = await openReport(browser(), reportPage, { permissions: ['clipboard-read', 'clipboard-write'] })
    const commands = [...report.charts.map(({ command }) => command), report.command]
    const buttons = page.locator('button.copy')
    expect(await buttons.count()).toBe(commands.length)
    for (const [index, command] of commands.entries()) {
      await buttons.nth(index).click()
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(command)
      await expect.poll(() => buttons.nth(index).textContent()).toBe('Copied')
    }
  })

  it('selects the command where there is no clipboard', async () => {
    const { page } = await openReport(browser(), reportPage)
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    await page.locator('button.copy').last().click()
    await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe(report.command)
  })

  it('gives its data away as JSON', async () => {
    const { page } = await openReport(browser(), reportPage)
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[data-download]').click()])
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(report)
    expect(download.suggestedFilename()).toMatch(/^ringway-report-\d{4}-\d\d-\d\d\.json$/)
  })

  it('can be read without its script', async () => {
    const { page, complaints } = await openReport(browser(), reportPage, { javaScriptEnabled: false })
    for (const chart of report.charts) {
      const svg = plotOf(page, chart).locator('svg')
      const box = await svg.boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), chart.id).toBeGreaterThan(100)
      // Names are broken into lines.
      const text = (await svg.textContent())?.replace(/\s+/g, '')
      for (const { name } of chart.series) expect(text, chart.id).toContain(name.replace(/\s+/g, ''))
    }
    expect(await page.locator('button.copy:visible').count()).toBe(0)
    await screenshot(page, 'no-script')
    expect(complaints).toEqual([])
  })

  it('fits a phone', async () => {
    const { page, complaints } = await openReport(browser(), reportPage, { viewport: phone })
    const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
    expect(await widths()).toEqual([phone.width, phone.width])
    expect(chartFaults(report, await drawnCharts(page))).toEqual([])
    await screenshot(page, 'phone')
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await widths()).toEqual([phone.width, phone.width])
    expect(complaints).toEqual([])
  })

  it('draws its charts anew when the window is made narrower', async () => {
    const { page } = await openReport(browser(), reportPage)
    await page.setViewportSize(phone)
    const [first] = report.charts
    const width = () => page.evaluate((id) => globalThis.reportCharts.get(id)?.getWidth(), first?.id ?? '')
    await expect.poll(width).toBeLessThan(phone.width)
    expect(chartFaults(report, await drawnCharts(page))).toEqual([])
  })

  it('is dark where the reader likes it dark, its charts too', async () => {
    const { page, complaints } = await openReport(browser(), reportPage, { colorScheme: 'dark' })
    const paper = () =>
      page.evaluate(() => ({
        page: getComputedStyle(document.body).getPropertyValue('--paper'),
        charts: [...document.querySelectorAll('.plot svg rect:first-of-type')].map((rect) => rect.getAttribute('fill')),
      }))
    const all = (color: string) => ({ page: color, charts: report.charts.map(() => color) })
    expect(await paper()).toEqual(all(darkPalette.paper))
    expect(chartFaults(report, await drawnCharts(page), darkPalette)).toEqual([])
    await screenshot(page, 'dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(paper).toEqual(all(lightPalette.paper))
    expect(complaints).toEqual([])
  })

  it('is printed light, and as wide as paper', async () => {
    const { page } = await openReport(browser(), reportPage, { colorScheme: 'dark' })
    const pdf = await page.pdf({ path: join(reportFolder, 'report.pdf'), format: 'A4' })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const fills = await page.evaluate(() =>
      [...document.querySelectorAll('.plot svg rect:first-of-type')].map((rect) => rect.getAttribute('fill')),
    )
    expect(fills).toEqual(report.charts.map(() => lightPalette.paper))
    await page.setViewportSize({ width: 700, height: 900 })
    await screenshot(page, 'print')
  })

  it('has pictures that are well-formed, and look at nothing else', async () => {
    const { page, complaints, requests } = await openReport(browser(), reportPage)
    for (const [name, svg] of renderReport(report).svgs) {
      const errors = await page.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
        return [...parsed.querySelectorAll('parsererror')].map((error) => error.textContent)
      }, svg)
      expect(errors, name).toEqual([])
    }
    expect(requests).toHaveLength(1)
    expect(complaints).toEqual([])
  })
})

describeInChromium('the check of the charts', (browser) => {
  async function faultsOfChanged(change: (series: Series) => Series): Promise<string[]> {
    const [first, ...others] = sampleReport().charts as [Chart, ...Chart[]]
    const [changed, ...rest] = first.series as [Series, ...Series[]]
    // Through JSON, as a file has it: a number that is none becomes null.
    const report = JSON.parse(
      JSON.stringify({ ...sampleReport(), charts: [{ ...first, series: [change(changed), ...rest] }, ...others] }),
    ) as Report
    const { page, complaints } = await openReport(browser(), written(report))
    expect(complaints).toEqual([])
    return chartFaults(report, await drawnCharts(page))
  }

  it('finds a series without points', async () => {
    const faults = await faultsOfChanged((series) => ({ ...series, points: [] }))
    expect(faults).toEqual(['round-trip-spinning: spin has no points'])
  })

  it('finds a number that is none', async () => {
    const faults = await faultsOfChanged((series) => ({
      ...series,
      points: [[50, Number.NaN], ...series.points.slice(1)],
    }))
    const count = sampleReport().charts[0]?.series[0]?.points.length ?? 0
    expect(faults).toEqual([
      'round-trip-spinning: spin has a point that is no number',
      `round-trip-spinning: spin has ${count - 1} points of ${count}`,
    ])
  })

  it('finds a series that is not drawn, and one that cannot be seen', async () => {
    const report = sampleReport()
    const { page } = await openReport(browser(), written(report))
    const floor = report.charts[0]?.series.find(({ id }) => id === 'floor')
    await page.locator('button[data-series-id="guards"]').click()
    await page.evaluate((color) => {
      for (const path of document.querySelectorAll(`#round-trip-spinning path[stroke="${color}"]`)) path.remove()
    }, lightPalette.floor1)
    expect(chartFaults(report, await drawnCharts(page))).toEqual([
      'round-trip-spinning: guards is not drawn',
      `round-trip-spinning: ${floor?.points.length} points of floor cannot be seen`,
    ])
  })

  it('finds a chart that is missing', async () => {
    const report = sampleReport()
    const { page } = await openReport(browser(), written({ ...report, charts: report.charts.slice(1) }))
    expect(chartFaults(report, await drawnCharts(page))).toEqual(['round-trip-spinning: it is not on the page'])
  })
})
