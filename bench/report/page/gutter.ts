import { type Drawing, type Point, strokeThrough, textAt } from './drawings.js'
import { type Frame, fontSize, type Plot } from './frame.js'
import { spread } from './spread.js'
import { textWidth, wrapped } from './text.js'

/** A name beside the plot, and the point of the plot that it belongs to. */
export interface Callout {
  readonly text: string
  readonly bold: boolean
  readonly color: string
  readonly at: Point
}

const lineHeightPx = 15
const spacePx = 6
const charactersMost = 25
const leaderPx = 18

/** Room to the right of the plot that these names need. */
export function gutterWidth(names: readonly string[]): number {
  const lines = names.flatMap((name) => wrapped(name, charactersMost))
  return leaderPx + Math.max(30, ...lines.map((line) => textWidth(line, fontSize, true))) + 10
}

/** From the end of a curve to its name. Inside the plot it is dotted, so that nobody takes it for a piece of the curve. */
function leader([x, y]: Point, to: Point, plot: Plot, color: string): Drawing[] {
  const outside = strokeThrough([[Math.max(x, plot.right) + 6, y], to], color, 0.75)
  if (x > plot.right - 12) return [outside]
  return [
    strokeThrough(
      [
        [x + 8, y],
        [plot.right + 6, y],
      ],
      color,
      1,
      [1, 4],
    ),
    outside,
  ]
}

/** Names beside the ends of their curves, moved apart where they would overlap, with a thin line to where they belong. */
export function gutter(callouts: readonly Callout[], frame: Frame, plot: Plot): Drawing[] {
  const ordered = [...callouts].sort((a, b) => a.at[1] - b.at[1])
  const lines = ordered.map(({ text }) => wrapped(text, charactersMost))
  const heights = lines.map(({ length }) => length * lineHeightPx + spacePx)
  const wanted = ordered.map(({ at }) => at[1])
  const tops = spread(wanted, heights, plot.top - 12, plot.bottom + 12)
  return ordered.flatMap(({ color, bold, at }, index) => {
    const top = tops[index] as number
    const middle = top + (heights[index] as number) / 2
    const left = plot.right + leaderPx
    const style = { fill: color, fontFamily: frame.fontFamily, fontSize, bold }
    const texts = (lines[index] as string[]).map((line, number) =>
      textAt(left, top + spacePx / 2 + lineHeightPx * (number + 0.5), line, style),
    )
    return [...leader(at, [left - 4, middle], plot, color), ...texts]
  })
}
