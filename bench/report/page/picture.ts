import type { Chart } from '../report.js'
import { init } from './engine.js'
import type { Frame, Heading } from './frame.js'
import { escaped } from './markup.js'
import { chartHeight, chartOption } from './option.js'
import { lightPalette } from './palette.js'

/** As wide as a README is shown. */
const pictureWidthPx = 830

/** What echarts adds for its own client and for pointers; its names count up from chart to chart, so no two runs agree. */
const scaffolding = / (?:class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="visible"|xml:space="preserve")/g

function draw(chart: Chart, frame: Frame, prefix: string): string {
  const { widthPx: width, heightPx: height } = frame
  const instance = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    instance.setOption(chartOption(chart, frame))
    return instance
      .renderToSVGString()
      .replace(/<style >.*?<\/style>/gs, '')
      .replace(scaffolding, '')
      .replace(/\bzr\d+-c(\d+)\b/g, `${prefix}-$1`)
      .replace(/\n+/g, '\n')
  } finally {
    instance.dispose()
  }
}

const alone = { palette: lightPalette, live: false, hidden: new Set<string>() }

/** A file of its own, with title, date and machine: light on light, whatever page it is shown on. */
export function picture(chart: Chart, caption: string): string {
  const heading: Heading = { title: chart.title, caption }
  const heightPx = chartHeight(chart, pictureWidthPx, true)
  const frame = { ...alone, widthPx: pictureWidthPx, heightPx, fontFamily: 'sans-serif', heading }
  const described = `<title>${escaped(chart.title)}</title><desc>${escaped(chart.explanation)}</desc>`
  return draw(chart, frame, chart.id).replace(/^<svg [^>]*>/, (tag) => `${tag.slice(0, -1)} role="img">\n${described}`)
}

/** The chart as the page has it before, or without, its script. */
export function pagePicture(chart: Chart, widthPx: number): string {
  const heightPx = chartHeight(chart, widthPx, false)
  const svg = draw(chart, { ...alone, widthPx, heightPx, fontFamily: 'sans-serif' }, `page-${chart.id}`)
  return svg.replace(/^<svg /, '<svg aria-hidden="true" ')
}
