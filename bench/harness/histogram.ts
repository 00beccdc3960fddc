import { duration } from './format.js'

const rows = 14
const barWidth = 40
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

interface Bucket {
  readonly fromNs: number
  readonly toNs: number
  readonly share: number
}

/** Buckets of equal ratio from the quickest to the 99th percentile, and one for the rest. */
function buckets(sorted: Float64Array): Bucket[] {
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
  const least = at(0)
  const step = Math.max((at(0.99) / least) ** (1 / (rows - 1)), 1.02)
  const result: Bucket[] = []
  let counted = 0
  for (let row = 0; counted < sorted.length; row++) {
    const toNs = row === rows - 1 ? Number.POSITIVE_INFINITY : least * step ** (row + 1)
    const end = firstAtLeast(sorted, toNs)
    result.push({ fromNs: least * step ** row, toNs, share: (end - counted) / sorted.length })
    counted = end
  }
  return result
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function bar(part: number): string {
  const length = Math.round(part * barWidth * 8)
  return '█'.repeat(length >> 3) + eighths[length & 7]
}

function percentage(share: number): string {
  if (share === 0) return ''
  return share < 0.0001 ? '< 0.01 %' : `${(share * 100).toFixed(2)} %`
}

/** How durations are spread, a line for each range of them. */
export function histogram(samplesNs: Float64Array): string {
  const all = buckets(samplesNs.slice().sort())
  const highest = Math.max(...all.map(({ share }) => share))
  const lines = all.map(({ fromNs, toNs, share }) => {
    const to = Number.isFinite(toNs) ? `– ${duration(toNs)}` : 'and up'
    return `${duration(fromNs).padStart(8)} ${to.padEnd(10)} ${percentage(share).padStart(8)} ${bar(share / highest)}`
  })
  return lines.map((line) => line.trimEnd()).join('\n')
}
