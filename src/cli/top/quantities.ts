const binaryUnits = ['', 'K', 'M', 'G', 'T']
const decimalUnits = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']

/** Bytes of memory in about four figures: `512`, `64K`, `1.5M`; units are powers of 1024. */
export function shortBytes(bytes: number): string {
  return scaled(bytes, 1024, binaryUnits, '')
}

/** `0 B/s`, `1.2 kB/s`, `3.4 GB/s`; units are powers of 1000. */
export function shortRate(bytesPerSecond: number): string {
  return scaled(bytesPerSecond, 1000, decimalUnits, ' ')
}

function scaled(value: number, base: number, units: readonly string[], space: string): string {
  let rest = value
  let unit = 0
  // What would be rounded up to the next unit is written in it.
  while (rest >= base - 0.5 && unit < units.length - 1) {
    rest /= base
    unit++
  }
  const figures = rest < 9.95 && !Number.isInteger(rest) ? rest.toFixed(1) : String(Math.round(rest))
  return `${figures}${space}${units[unit]}`
}

/** `40s`, `12m`, `3h`, `5d`. */
export function shortTime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
