import { duration, times } from '../harness/format.js'

/** Something compared with a subject: how many times as much of it (time, rate) there was. */
export interface Ratio {
  readonly name: string
  readonly ratio: number
}

/** Closer than this, two medians of one run do not differ. */
const alike = 0.05

/** Durations of which so many percent are known. */
export interface Spread {
  readonly samples: number
  readonly percentile: (percent: number) => number
}

/** Fewer samples than these above a percentile say more about the run than about what was measured. */
const leastAbove = 10

/** The farthest of the usual percentiles that all of so many samples can speak of. */
export function tailPercent(samples: number): number {
  return [99.9, 99, 90].find((percent) => samples * (1 - percent / 100) >= leastAbove - 1e-6) ?? 50
}

/** `ringway Bus: half of the round trips took at most 1.30 µs, 99 % at most 2.10 µs, 99.9 % at most 9.00 µs.` */
export function spreadSentence(name: string, what: string, { samples, percentile }: Spread): string {
  const farthest = tailPercent(samples)
  const further = [90, 99, 99.9].filter((percent) => percent <= farthest).slice(-2)
  const parts = further.map((percent) => `${percent} % at most ${duration(percentile(percent))}`)
  return `${name}: ${[`half of the ${what} took at most ${duration(percentile(50))}`, ...parts].join(', ')}.`
}

function list(items: readonly string[]): string {
  const [last = '', ...others] = [...items].reverse()
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`
}

function named(ratios: readonly Ratio[]): string {
  return list(ratios.map(({ name, ratio }) => `${name} (${times(ratio)})`))
}

/**
 * @param ratios of their time to the subject's, in the same rounds
 * @returns one finding about all of them: those that took longer, that were as quick, and that were quicker
 */
export function againstFindings(subject: string, ratios: readonly Ratio[]): string[] {
  const sorted = ratios.filter(({ ratio }) => Number.isFinite(ratio)).sort((a, b) => a.ratio - b.ratio)
  const longer = sorted.filter(({ ratio }) => ratio > 1 + alike)
  const same = sorted.filter(({ ratio }) => Math.abs(ratio - 1) <= alike)
  const quicker = sorted.filter(({ ratio }) => ratio < 1 - alike)
  const groups = [
    ...(longer.length > 0 ? [`took longer: ${named(longer)}`] : []),
    ...(same.length > 0 ? [`took as long, within ${alike * 100} %: ${named(same)}`] : []),
    ...(quicker.length > 0 ? [`were quicker: ${named(quicker)}`] : []),
  ]
  return groups.length === 0
    ? []
    : [`Compared with ${subject} in the same rounds, by the median, these ${groups.join('; these ')}.`]
}

export interface Measured {
  readonly name: string
  readonly value: number
}

/**
 * How the subject does against the best of the others where little is better: said whichever way it comes out.
 * @param part of the samples: `99 % of the calls`
 */
export function tailSentence(part: string, subject: Measured, others: readonly Measured[]): string {
  const [best] = [...others].sort((a, b) => a.value - b.value)
  const own = `In the tail: ${part} through ${subject.name} took at most ${duration(subject.value)}`
  if (best === undefined) return `${own}.`
  const theirs = `through ${best.name}, the best rival there, at most ${duration(best.value)}`
  const factor = best.value / subject.value
  if (Math.abs(factor - 1) <= alike) return `${own}, ${theirs}: no difference.`
  return factor > 1
    ? `${own}, ${theirs}: ${times(factor)} as long.`
    : `${own}, ${theirs}: here ${subject.name} is the slower one, by ${times(1 / factor)}.`
}

/** `twice as much`, for rates: where much is better. */
export function rateSentence(
  situation: string,
  subject: Measured,
  others: readonly Measured[],
  unit: (value: number) => string,
): string {
  const [best] = [...others].sort((a, b) => b.value - a.value)
  const own = `${situation}, ${subject.name} moved ${unit(subject.value)}`
  if (best === undefined) return `${own}.`
  const factor = subject.value / best.value
  const theirs = `${best.name}, the best rival, ${unit(best.value)}`
  if (Math.abs(factor - 1) <= alike) return `${own}, as much as ${theirs}.`
  return factor > 1
    ? `${own}: ${times(factor)} as much as ${theirs}.`
    : `${own}, less than ${theirs}: ${times(factor)}.`
}
