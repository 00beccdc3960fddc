import type { Axis, Unit } from '../report.js'
import { type Frame, fontSize, type Plot, sideOf } from './frame.js'
import type { Scale } from './scale.js'
import { textWidth } from './text.js'
import { tickLabel } from './units.js'

export function axisName({ label, logarithmic }: Axis): string {
  return logarithmic && !/\blog/i.test(label) ? `${label} (logarithmic)` : label
}

/** An axis of places: linear to echarts, with the gridlines and the labels of the scale. */
export function placeAxis(scale: Scale, unit: Unit, { palette, fontFamily }: Frame, gridlines: boolean) {
  const labels = new Map(scale.ticks.map((value) => [scale.place(value), tickLabel(unit, value)]))
  const customValues = [...labels.keys()]
  return {
    type: 'value' as const,
    min: scale.min,
    max: scale.max,
    axisLine: { show: !gridlines, onZero: false, lineStyle: { color: palette.axis } },
    axisTick: { show: !gridlines, customValues, length: 4, lineStyle: { color: palette.axis } },
    axisLabel: {
      customValues,
      // Labels of the outermost gridlines stay: what is hidden for want of room lies between them.
      hideOverlap: true,
      showMinLabel: true,
      showMaxLabel: true,
      formatter: (place: number) => labels.get(place) ?? '',
      color: palette.muted,
      fontFamily,
      fontSize,
    },
    splitLine: { show: gridlines, lineStyle: { color: palette.grid, width: 1 } },
  }
}

/** Room to the left of the plot for the labels of this scale, so that they begin where the title begins. */
export function labelsWidth(scale: Scale, unit: Unit, frame: Frame): number {
  const widths = scale.ticks.map((value) => textWidth(tickLabel(unit, value), fontSize))
  return sideOf(frame) + Math.max(...widths, 30) + 8
}

export function gridAt({ left, right, top, bottom }: Plot) {
  // Everything has its place in pixels: echarts must not move the rectangle to make room for labels.
  return { left, top, width: right - left, height: bottom - top, outerBoundsMode: 'none' as const }
}
