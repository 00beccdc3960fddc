import { type Drawing, textAt } from './drawings.js'
import type { Palette } from './palette.js'
import type { Scale } from './scale.js'
import { wrapped } from './text.js'

/** What a chart is drawn into: a file, or a place on the page. */
export interface Frame {
  readonly widthPx: number
  readonly heightPx: number
  readonly palette: Palette
  readonly fontFamily: string
  /** A picture that stands alone says what it shows, when and where it was measured. */
  readonly heading?: Heading
  /** Somebody can point at it. */
  readonly live: boolean
  /** Ids of the series that are not drawn. */
  readonly hidden: ReadonlySet<string>
}

export interface Heading {
  readonly title: string
  readonly caption: string
}

/** The rectangle between the axes, in pixels of the frame. */
export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const fontSize = 12
const titleSize = 17
const captionSize = 11
const sidePx = 18

/** Empty to the left of everything: a part of a page stands in the page's own margin. */
export function sideOf({ heading }: Frame): number {
  return heading === undefined ? 2 : sidePx
}

/** Without room for names beside the curves, the key above the chart is all there is. */
export function hasRoomForNames({ widthPx }: Frame): boolean {
  return widthPx >= 600
}

/** To the right of a plot without names beside it: half of the last label. */
export const narrowRightPx = 30

function titleLines({ heading, widthPx }: Frame): string[] {
  return heading === undefined ? [] : wrapped(heading.title, Math.floor((widthPx - 2 * sidePx) / (titleSize * 0.55)))
}

/** @param abovePx room above the plot for the name of its vertical axis */
export function plotOf(frame: Frame, leftPx: number, rightPx: number, abovePx = 34): Plot {
  const { widthPx, heightPx, heading } = frame
  const aboveTitle = heading === undefined ? 0 : 14
  return {
    left: leftPx,
    right: widthPx - rightPx,
    top: aboveTitle + titleLines(frame).length * 23 + abovePx,
    bottom: heightPx - (heading === undefined ? 46 : 74),
  }
}

export function xPixel(plot: Plot, scale: Scale, place: number): number {
  return plot.left + ((place - scale.min) / (scale.max - scale.min)) * (plot.right - plot.left)
}

export function yPixel(plot: Plot, scale: Scale, place: number): number {
  return plot.bottom - ((place - scale.min) / (scale.max - scale.min)) * (plot.bottom - plot.top)
}

export interface AxisNames {
  readonly x: string
  readonly y: string
}

/** Names of the axes, both lying: the vertical one's above it. And what a picture that stands alone has around it. */
export function surroundings(frame: Frame, plot: Plot, names: AxisNames): Drawing[] {
  const { palette, fontFamily, heading, heightPx } = frame
  const quiet = { fill: palette.muted, fontFamily, fontSize }
  const drawings = [
    textAt(sideOf(frame), plot.top - 18, names.y, quiet),
    textAt((plot.left + plot.right) / 2, plot.bottom + 36, names.x, { ...quiet, align: 'center' }),
  ]
  if (heading === undefined) return drawings
  const lines = titleLines(frame).map((line, index) =>
    textAt(sidePx, 14 + 23 * index + 12, line, { fill: palette.ink, fontFamily, fontSize: titleSize, bold: true }),
  )
  return [...lines, ...drawings, textAt(sidePx, heightPx - 18, heading.caption, { ...quiet, fontSize: captionSize })]
}
