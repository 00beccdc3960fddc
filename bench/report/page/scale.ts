import type { Axis } from '../report.js'

/**
 * How the values of an axis become places along it, and where its gridlines are. Charts are given places, on plain linear
 * axes: so that all kinds of scale look and behave alike.
 */
export interface Scale {
  place(value: number): number
  readonly min: number
  readonly max: number
  /** Values, ascending. */
  readonly ticks: readonly number[]
}

const niceSteps = [1, 2, 5, 10]
const rounding = 1e-9

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** Free of the noise of floating point: `0.3`, not `0.30000000000000004`. */
function clean(value: number): number {
  return Number(value.toPrecision(12))
}

function linear(values: readonly number[], fromZero: boolean, ticksWanted: number): Scale {
  const least = fromZero ? Math.min(0, ...values) : Math.min(...values)
  const span = Math.max(...values) - least || Math.abs(least) || 1
  const magnitude = 10 ** Math.floor(Math.log10(span / ticksWanted))
  const step = clean((niceSteps.find((nice) => nice * magnitude * ticksWanted >= span - rounding) ?? 10) * magnitude)
  const first = Math.floor(least / step + rounding)
  const last = Math.ceil((least + span) / step - rounding)
  const ticks = range(first, last).map((index) => clean(index * step))
  return { place: (value) => value, min: ticks[0] as number, max: ticks.at(-1) as number, ticks }
}

/** Rounds are counted: all of them, edge to edge with half a round of air, gridlines at whole numbers. */
function rounds(values: readonly number[], ticksWanted: number): Scale {
  const { ticks } = linear(values, false, ticksWanted)
  const min = Math.min(...values) - 0.5
  const max = Math.max(...values) + 0.5
  const whole = ticks.filter((tick) => Number.isInteger(tick) && tick > min && tick < max)
  return { place: (value) => value, min, max, ticks: whole }
}

/** Mantissas of the gridlines in each decade: the fewer decades, the more of them. */
function mantissas(decades: number): readonly number[] {
  if (decades <= 1) return [1, 2, 3, 5, 7]
  return decades <= 2.5 ? [1, 2, 5] : [1]
}

/** Ends are round as well, so that a curve has air above and below and no decade is half empty. */
function decades(values: readonly number[]): Scale {
  const places = values.filter((value) => value > 0).map(Math.log10)
  const least = places.length === 0 ? 0 : Math.min(...places)
  const most = places.length === 0 ? 1 : Math.max(...places)
  const rounds = range(Math.floor(least) - 1, Math.ceil(most) + 1)
  const ends = rounds.flatMap((power) => [1, 2, 3, 5, 7].map((digit) => Math.log10(digit) + power))
  const min = ends.findLast((end) => end <= least - 0.02) as number
  const max = ends.find((end) => end >= most + 0.02) as number
  const ticks = rounds
    .flatMap((power) => mantissas(max - min).map((digit) => clean(digit * 10 ** power)))
    .filter((tick) => Math.log10(tick) >= min - rounding && Math.log10(tick) <= max + rounding)
  // What is zero or less has no place on such a scale: it stands on its floor.
  return { place: (value) => (value > 0 ? Math.max(min, Math.log10(value)) : min), min, max, ticks }
}

/** Sizes double. Gridlines are the sizes measured; where they are too many, every second or fourth power. */
function doublings(values: readonly number[], ticksWanted: number): Scale {
  const sizes = [...new Set(values.filter((value) => value > 0))].sort((a, b) => a - b)
  const first = Math.log2(sizes[0] ?? 1)
  const last = Math.log2(sizes.at(-1) ?? 2)
  const stride = Math.max(1, Math.ceil((last - first) / ticksWanted))
  const powers = range(Math.ceil(first), Math.floor(last)).filter((power) => (power - Math.ceil(first)) % stride === 0)
  const ticks = sizes.length <= ticksWanted ? sizes : powers.map((power) => 2 ** power)
  const air = Math.max(0.15, (last - first) * 0.02)
  return { place: (value) => (value > 0 ? Math.log2(value) : first - air), min: first - air, max: last + air, ticks }
}

/** Where a percentile stands when each nine takes the same room: 90 at 1, 99 at 2, 99.9 at 3. */
export function nines(percentile: number): number {
  return 2 - Math.log10(100 - percentile)
}

export interface PercentilePoints {
  readonly points: readonly (readonly [percentile: number, value: number])[]
  readonly samples?: number
}

/**
 * The place of a point of a percentile curve. The maximum (percentile 100) would be infinitely far to the right; among `n`
 * samples it is one in `n`, and stands there.
 */
export function ninesOf(percentile: number, { points, samples }: PercentilePoints): number {
  if (percentile < 100) return Math.max(0, nines(percentile))
  const others = points.map(([x]) => x).filter((x) => x < 100)
  const farthest = others.length === 0 ? 0 : nines(Math.max(...others))
  return samples === undefined ? farthest : Math.max(farthest, Math.log10(samples))
}

const percentileTicks = [0, 50, ...range(1, 10).map((power) => clean(100 - 10 ** (2 - power)))]

export function percentileScale(curves: readonly PercentilePoints[]): Scale {
  const places = curves.flatMap((curve) => curve.points.map(([x]) => ninesOf(x, curve)))
  const min = Math.min(...places, nines(50))
  const max = Math.max(...places, 2)
  const ticks = percentileTicks.filter((tick) => nines(tick) >= min - rounding && nines(tick) <= max + rounding)
  return { place: (value) => (value < 100 ? Math.max(0, nines(value)) : max), min: Math.max(0, min), max, ticks }
}

/** The scale of an axis with these values on it. */
export function scaleFor(axis: Axis, values: readonly number[], ticksWanted: number): Scale {
  const finite = values.filter(Number.isFinite)
  const known = finite.length === 0 ? [0, 1] : finite
  if (axis.unit === 'round') return rounds(known, ticksWanted)
  if (!axis.logarithmic) return linear(known, true, ticksWanted)
  return axis.unit === 'bytes' ? doublings(known, ticksWanted) : decades(known)
}
