/** What a run of the report found: all that its page, its pictures and its readers are given. */
export interface Report {
  readonly schema: 1
  /** When the run began, ISO 8601 in UTC. */
  readonly date: string
  readonly tookSeconds: number
  /** A smoke run is too short to mean anything; its page says so. */
  readonly smoke: boolean
  readonly machine: readonly Fact[]
  /** How all of it is run again. */
  readonly command: string
  readonly charts: readonly Chart[]
}

/** One line of the machine's description. */
export interface Fact {
  readonly name: string
  readonly value: string
}

export interface Chart {
  /** Also the name of its SVG file: kebab-case. */
  readonly id: string
  readonly title: string
  /** What it shows and how to read it, in a sentence or two. */
  readonly explanation: string
  /** What the run found, in sentences with numbers that are computed from the series. */
  readonly findings: readonly string[]
  /** Measures this figure alone. */
  readonly command: string
  readonly kind: ChartKind
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

/**
 * `percentiles`: `x` is a percentile (50, 99, 99.9 …), drawn on the scale of HDR histograms, where each nine takes the same
 * room. `lines`: a line through points. `dots`: points alone, one for each round. `bars`: one point for each series.
 */
export type ChartKind = 'percentiles' | 'lines' | 'dots' | 'bars'

export interface Axis {
  readonly label: string
  readonly unit: Unit
  readonly logarithmic: boolean
}

export type Unit = 'ns' | 'bytes' | 'messages/s' | 'bytes/s' | 'calls/s' | 'percent' | 'percentile' | 'round'

export interface Series {
  readonly id: string
  readonly name: string
  readonly role: SeriesRole
  readonly points: readonly (readonly [x: number, y: number])[]
  /** The whole histogram, compressed as HdrHistogram does it (base64 of its V2 format), for whoever wants to merge or requantify. */
  readonly hdr?: string
  /** Messages or samples behind the points. */
  readonly samples?: number
}

/** `floor`: what the machine itself takes, measured in the same run. */
export type SeriesRole = 'ringway' | 'rival' | 'floor'
