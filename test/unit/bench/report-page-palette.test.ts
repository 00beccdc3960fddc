import { describe, expect, it } from 'vitest'
import { darkPalette, inPageColors, lightPalette, type Palette } from '../../../bench/report/page/palette.js'
import { stylesOf } from '../../../bench/report/page/style.js'
import type { Series, SeriesRole } from '../../../bench/report/report.js'

/** How light a colour is, as WCAG has it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const palettes: readonly (readonly [string, Palette])[] = [
  ['light', lightPalette],
  ['dark', darkPalette],
]

describe.each(palettes)('the %s palette', (_, palette) => {
  it('can be read on its paper: 4.5 to 1 and more', () => {
    const { paper, axis, grid, ...written } = palette
    const pale = Object.entries(written).filter(([, color]) => contrast(color, paper) < 4.5)
    expect(pale).toEqual([])
    expect(contrast(axis, paper)).toBeGreaterThan(2)
    expect(contrast(grid, paper)).toBeGreaterThan(1.1)
  })

  it('has each colour once, so that a picture can be taken from one palette to another', () => {
    expect(new Set(Object.values(palette)).size).toBe(Object.keys(palette).length)
  })
})

describe('inPageColors', () => {
  it('lets a picture follow the page, and leaves texts alone', () => {
    expect(inPageColors(`<path fill="${lightPalette.ink}"/><text>${lightPalette.ink}</text>`)).toBe(
      `<path fill="var(--ink)"/><text>${lightPalette.ink}</text>`,
    )
  })
})

describe('stylesOf', () => {
  const series = (role: SeriesRole, length: number): Series[] =>
    Array.from({ length }, (_, index) => ({ id: `${role}${index}`, name: '', role, points: [] }))

  it('tells the roles apart without colour', () => {
    const styles = stylesOf([...series('ringway', 1), ...series('rival', 1), ...series('floor', 1)])
    const [ringway, rival, floor] = [...styles.values()]
    expect(ringway?.width).toBeGreaterThan(1.5 * (rival?.width ?? 0))
    expect([ringway?.hollow, rival?.hollow]).toEqual([false, true])
    expect([ringway?.dash, rival?.dash]).toEqual(['solid', 'solid'])
    expect(floor?.dash).not.toBe('solid')
  })

  it('gives no two of a chart the same look', () => {
    const styles = [...stylesOf([...series('ringway', 4), ...series('rival', 12), ...series('floor', 2)]).values()]
    const looks = styles.map(({ color, dash, symbol }) => `${color} ${dash} ${symbol}`)
    expect(new Set(looks).size).toBe(looks.length)
  })
})
