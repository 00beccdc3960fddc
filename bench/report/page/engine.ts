import {
  BarChart,
  type BarSeriesOption,
  LineChart,
  type LineSeriesOption,
  ScatterChart,
  type ScatterSeriesOption,
} from 'echarts/charts'
import {
  GraphicComponent,
  type GraphicComponentOption,
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

/** What of echarts is used, in files and on the page alike: the rest of it is not bundled. */
use([LineChart, ScatterChart, BarChart, GridComponent, GraphicComponent, TooltipComponent, SVGRenderer])

export type SeriesOption = LineSeriesOption | ScatterSeriesOption | BarSeriesOption

export type ChartOption = ComposeOption<
  SeriesOption | GridComponentOption | GraphicComponentOption | TooltipComponentOption
>

export { init }
