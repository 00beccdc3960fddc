import type { Series, SeriesRole } from '../report.js'
import type { ColorName } from './palette.js'

/** How a series is told from the others, without its colour too: by the kind of line, its width and its marks. */
export interface SeriesStyle {
  readonly color: ColorName
  readonly width: number
  readonly dash: 'solid' | readonly number[]
  readonly symbol: 'circle' | 'rect' | 'triangle' | 'diamond' | 'none'
  readonly symbolSize: number
  /** Filled with paper. */
  readonly hollow: boolean
  /** What is drawn later lies above. */
  readonly layer: number
}

const colors: Readonly<Record<SeriesRole, readonly ColorName[]>> = {
  ringway: ['ringway1', 'ringway2', 'ringway3', 'ringway4'],
  rival: ['rival1', 'rival2', 'rival3', 'rival4', 'rival5', 'rival6'],
  floor: ['floor1', 'floor2'],
}

const symbols = ['circle', 'diamond', 'triangle', 'rect'] as const

const floorDashes = [
  [7, 4],
  [2, 3],
] as const

/** Rivals beyond the sixth have the colours of the first ones, and dashes. */
export function styleOf(role: SeriesRole, number: number): SeriesStyle {
  const choice = colors[role]
  const color = choice[number % choice.length] as ColorName
  const again = Math.floor(number / choice.length)
  const symbol = symbols[(number + again) % symbols.length] as SeriesStyle['symbol']
  const repeated = again === 0 ? 'solid' : ([5, 3] as const)
  switch (role) {
    case 'ringway':
      return { color, width: 3, dash: repeated, symbol, symbolSize: 9, hollow: false, layer: 4 }
    case 'rival':
      return { color, width: 1.5, dash: repeated, symbol, symbolSize: 7, hollow: true, layer: 3 }
    case 'floor': {
      const dash = floorDashes[number % floorDashes.length] as readonly number[]
      return { color, width: 1.75, dash, symbol: 'none', symbolSize: 5, hollow: false, layer: 2 }
    }
  }
}

/** By the id of the series. A series keeps its style when others are hidden. */
export function stylesOf(series: readonly Series[]): ReadonlyMap<string, SeriesStyle> {
  const seen: Record<SeriesRole, number> = { ringway: 0, rival: 0, floor: 0 }
  return new Map(series.map(({ id, role }) => [id, styleOf(role, seen[role]++)]))
}
