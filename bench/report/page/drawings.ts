/** Texts and strokes at places of a chart that are known in pixels, as echarts' graphic component takes them. */
export interface TextStyle {
  readonly fill: string
  readonly fontFamily: string
  readonly fontSize: number
  readonly bold?: boolean
  readonly align?: 'left' | 'center' | 'right'
}

export function textAt(x: number, middle: number, text: string, style: TextStyle) {
  const { fill, fontFamily, fontSize, bold = false, align = 'left' } = style
  return {
    type: 'text' as const,
    silent: true,
    x,
    y: middle,
    z: 10,
    style: {
      text,
      fill,
      fontFamily,
      fontSize,
      fontWeight: bold ? (600 as const) : (400 as const),
      align,
      verticalAlign: 'middle' as const,
    },
  }
}

export type Point = readonly [x: number, y: number]

export function strokeThrough(
  points: readonly Point[],
  stroke: string,
  lineWidth: number,
  lineDash?: readonly number[],
) {
  return {
    type: 'polyline' as const,
    silent: true,
    z: 1,
    shape: { points: points.map(([x, y]): [number, number] => [x, y]) },
    style: { stroke, lineWidth, fill: 'none', lineDash: lineDash === undefined ? ('solid' as const) : [...lineDash] },
  }
}

export type Drawing = ReturnType<typeof textAt> | ReturnType<typeof strokeThrough>
