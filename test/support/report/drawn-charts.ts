import type { Page } from 'playwright-core'

/** In pixels of the chart. */
export type Pixel = readonly [x: number, y: number]

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Something that is drawn, and where. */
export interface Shape extends Box {
  readonly stroke: string | null
  readonly fill: string | null
}

export interface DrawnChart {
  readonly ready: boolean
  readonly size: Pixel
  /** As the live chart has them: where each point should be. */
  readonly series: readonly { readonly id: string; readonly pixels: readonly Pixel[] }[]
  /** As the document has them. */
  readonly shapes: readonly Shape[]
  /** All that is written in the picture. */
  readonly text: string
}

interface LiveSeries {
  readonly id: string
  readonly data: readonly (number[] | { readonly value: number[] })[]
}

/** What is on the page, by the charts' ids. Runs in the page. */
function look(): [string, DrawnChart][] {
  return [...document.querySelectorAll<HTMLElement>('figure[data-chart-id]')].map((figure) => {
    const id = figure.dataset['chartId'] as string
    const svg = figure.querySelector('.plot svg') as SVGSVGElement
    const chart = globalThis.reportCharts.get(id)
    const pixelOf = (place: number[]) => (chart?.convertToPixel({ gridIndex: 0 }, place) ?? []) as [number, number]
    const live = (chart?.getOption()['series'] ?? []) as LiveSeries[]
    const series = live.map(({ id, data }) => ({
      id,
      pixels: data.map((point) => pixelOf('value' in point ? point.value : point)),
    }))
    const origin = svg.getBoundingClientRect()
    const paths = [...svg.querySelectorAll('path')].filter((path) => path.closest('defs') === null)
    const shapes = paths.map((path) => {
      const { left, top, right, bottom } = path.getBoundingClientRect()
      return {
        stroke: path.getAttribute('stroke'),
        fill: path.getAttribute('fill'),
        left: left - origin.left,
        top: top - origin.top,
        right: right - origin.left,
        bottom: bottom - origin.top,
      }
    })
    const size = [chart?.getWidth() ?? 0, chart?.getHeight() ?? 0] as const
    return [id, { ready: figure.dataset['ready'] === 'true', size, series, shapes, text: svg.textContent ?? '' }]
  })
}

export async function drawnCharts(page: Page): Promise<ReadonlyMap<string, DrawnChart>> {
  return new Map(await page.evaluate(look))
}
