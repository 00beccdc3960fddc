import { describe, expect, it } from 'vitest'
import { caption } from '../../../bench/report/page/caption.js'
import { lightPalette } from '../../../bench/report/page/palette.js'
import { picture } from '../../../bench/report/page/picture.js'
import { stylesOf } from '../../../bench/report/page/style.js'
import type { Chart } from '../../../bench/report/report.js'
import { sampleReport } from '../../support/report/sample-report.js'
import { nestingFaults } from '../../support/report/well-formed.js'

const report = sampleReport()
const below = caption(report)

function textsOf(svg: string): string {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).join(' ')
}

/** Names are broken into lines, wherever lines of others lie between them. */
function hasWords(text: string, words: string): boolean {
  return words.split(' ').every((word) => text.includes(word.replaceAll('&', '&amp;')))
}

describe('the caption', () => {
  it('has the date and the machine', () => {
    expect(below).toBe('2026-11-21 · AMD EPYC 7B13 · Linux 6.18.0, x64 · Node v20.20.2')
  })

  it('warns of a smoke run', () => {
    expect(caption({ ...report, smoke: true })).toMatch(/a smoke run: its figures mean nothing$/)
  })
})

describe.each(report.charts.map((chart) => [chart.id, chart] as const))('the picture of %s', (_, chart) => {
  const svg = picture(chart, below)

  it('is well-formed, and has no number that is none', () => {
    expect(nestingFaults(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/)
  })

  it('has title, caption and the name of every series', () => {
    const texts = textsOf(svg)
    for (const words of [chart.title, below, ...chart.series.map(({ name }) => name)]) {
      expect([words, hasWords(texts, words)]).toEqual([words, true])
    }
  })

  it('has every series in the look of its own', () => {
    const styles = stylesOf(chart.series)
    const drawn = [...svg.matchAll(/<path [^>]*>/g)].map(([path]) => path)
    for (const { id } of chart.series) {
      const color = lightPalette[styles.get(id)?.color ?? 'paper']
      const own = drawn.filter((path) => path.includes(`"${color}"`))
      expect([id, own.length > 0]).toEqual([id, true])
    }
  })

  it('lies on paper of its own, in a font that every system has', () => {
    const [, width, height] = /^<svg width="(\d+)" height="(\d+)"/.exec(svg) ?? []
    expect(svg).toContain(`<rect width="${width}" height="${height}" x="0" y="0" fill="${lightPalette.paper}">`)
    const fonts = [...svg.matchAll(/font-family:([^;"]*)/g), ...svg.matchAll(/style="font: [^"]*?px ([^"]*)"/g)]
    expect(new Set(fonts.map(([, font]) => font?.trim()))).toEqual(new Set(['sans-serif']))
  })

  it('looks at nothing else', () => {
    const addresses = svg.match(/https?:[^"\s]*/g) ?? []
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']))
    expect(svg).not.toMatch(/<script|<style|<image|href=|url\((?!#)/)
  })

  it('is the same every time', () => {
    expect(picture(chart, below)).toBe(svg)
  })

  it('keeps its texts inside', () => {
    const width = Number(/^<svg width="(\d+)"/.exec(svg)?.[1])
    const starts = [...svg.matchAll(/<text[^>]*text-anchor="start"[^>]*translate\(([\d.]+) [\d.]+\)"[^>]*>([^<]*)</g)]
    expect(starts.length).toBeGreaterThan(0)
    for (const [, x, text = ''] of starts) {
      expect([text, Number(x) + text.length * 11 * 0.55 <= width]).toEqual([text, true])
    }
  })
})

describe('a picture', () => {
  const [sample] = report.charts as [Chart]

  it('escapes what a report says', () => {
    const name = `<script>"&'</script>`
    const hostile: Chart = {
      ...sample,
      title: name,
      explanation: name,
      series: sample.series.map((one) => ({ ...one, name })),
    }
    const svg = picture(hostile, name)
    expect(nestingFaults(svg)).toEqual([])
    expect(svg).not.toContain('<script')
  })

  it('is made of what there is, if a series has no points or a broken one', () => {
    for (const points of [[], [[50, Number.NaN] as const]]) {
      for (const chart of report.charts) {
        const [first, ...others] = chart.series as [Chart['series'][number]]
        const svg = picture({ ...chart, series: [{ ...first, points }, ...others] }, below)
        expect(nestingFaults(svg)).toEqual([])
        expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      }
    }
  })

  it('is made even if no series is there', () => {
    for (const chart of report.charts) {
      const svg = picture({ ...chart, series: [] }, below)
      expect([chart.id, /NaN|undefined|Infinity/.test(svg)]).toEqual([chart.id, false])
    }
  })
})

describe('nestingFaults', () => {
  it('finds what is not well-formed', () => {
    expect(nestingFaults('<svg><g></svg>')).toEqual(['</svg> ends <g>', '<svg> do not end'])
    expect(nestingFaults('<svg a=b></svg>')).not.toEqual([])
    expect(nestingFaults('<svg>a < b</svg>')).not.toEqual([])
    expect(nestingFaults('<svg>a & b</svg>')).toEqual(['no entity: & b</svg>'])
    expect(nestingFaults('<svg a="1"><g/>a &amp; b</svg>')).toEqual([])
  })
})
