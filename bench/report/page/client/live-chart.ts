import type { EChartsType } from 'echarts/core'
import type { Chart } from '../../report.js'
import { type ChartOption, init } from '../engine.js'
import type { Frame } from '../frame.js'
import { chartHeight, chartOption } from '../option.js'
import { darkPalette, lightPalette } from '../palette.js'
import { tooltipOption } from './tooltip.js'

/** As wide as a sheet of paper shows it. */
const printedPx = 680

const dark = matchMedia('(prefers-color-scheme: dark)')

/** A chart of the page that can be pointed at, in place of its picture. */
export class LiveChart {
  readonly instance: EChartsType
  readonly #figure: HTMLElement
  readonly #place: HTMLElement
  readonly #chart: Chart
  readonly #hidden = new Set<string>()
  #printing = false
  #drawnPx = 0

  constructor(figure: HTMLElement, chart: Chart) {
    this.#figure = figure
    this.#chart = chart
    this.#place = figure.querySelector<HTMLElement>('.plot') as HTMLElement
    this.#place.replaceChildren()
    this.instance = init(this.#place, null, { renderer: 'svg', width: 1, height: 1 })
    this.instance.on('finished', () => {
      figure.dataset['ready'] = 'true'
    })
    this.#draw()
    this.#enableKey()
    new ResizeObserver(() => {
      if (!this.#printing && this.#place.clientWidth !== this.#drawnPx) this.#draw()
    }).observe(this.#place)
    dark.addEventListener('change', () => this.#draw())
    addEventListener('beforeprint', () => this.#print(true))
    addEventListener('afterprint', () => this.#print(false))
  }

  #draw(): void {
    this.#drawnPx = this.#place.clientWidth
    const widthPx = this.#printing ? printedPx : this.#drawnPx
    // A page that is not shown has no width; it is drawn when it has one.
    if (widthPx === 0) return
    const heightPx = chartHeight(this.#chart, widthPx, false)
    const frame: Frame = {
      widthPx,
      heightPx,
      palette: dark.matches && !this.#printing ? darkPalette : lightPalette,
      fontFamily: getComputedStyle(this.#place).fontFamily,
      live: true,
      hidden: this.#hidden,
    }
    const option: ChartOption = { ...chartOption(this.#chart, frame), tooltip: tooltipOption(this.#chart, frame) }
    this.#place.style.height = `${heightPx}px`
    this.instance.resize({ width: widthPx, height: heightPx })
    this.instance.setOption(option, { notMerge: true })
  }

  #print(printing: boolean): void {
    this.#printing = printing
    this.#draw()
  }

  #enableKey(): void {
    for (const button of this.#figure.querySelectorAll<HTMLButtonElement>('button[data-series-id]')) {
      const id = button.dataset['seriesId'] as string
      button.disabled = false
      button.addEventListener('click', () => {
        if (!this.#hidden.delete(id)) this.#hidden.add(id)
        button.setAttribute('aria-pressed', String(!this.#hidden.has(id)))
        this.#draw()
      })
    }
  }
}
