import { bandwidth, duration, rate, size } from '../../harness/format.js'
import type { Unit } from '../report.js'

const nothing = '–'

function percent(value: number): string {
  if (value === 0) return '0 %'
  if (value < 0.001) return '< 0.001 %'
  const decimals = value < 0.1 ? 3 : value < 10 ? 2 : value < 99.95 ? 1 : 0
  return `${value.toFixed(decimals)} %`
}

/** `50 %`, `99.9 %`, `99.99951 %`: as many digits as tell it from 100. */
function percentile(value: number): string {
  if (value >= 100) return 'max'
  const nines = Math.max(0, Math.ceil(-Math.log10(100 - value)))
  return `${Number(value.toFixed(Math.min(12, nines + 2)))} %`
}

/** Sizes are made of powers of two; what comes close to one without being it (a mean) is rounded. */
function bytes(value: number): string {
  if (Number.isInteger(value) && (value < 2 ** 16 || value % 1024 === 0)) return size(value)
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10))
  return `${significant(value / 1024 ** power)} ${units[power]}`
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** With thin spaces between thousands: `12 400 000`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  ns: duration,
  bytes,
  'messages/s': rate,
  'calls/s': rate,
  'bytes/s': bandwidth,
  percent,
  percentile,
  round: count,
}

/** A figure as people read it, in tables and tooltips: three digits and a unit. */
export function figure(unit: Unit, value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? nothing : formats[unit](value)
}

/** The same for the ends of gridlines, which are round: `1 µs`, not `1.00 µs`. */
export function tickLabel(unit: Unit, value: number): string {
  if (value === 0) return unit === 'percentile' || unit === 'percent' ? '0 %' : '0'
  return figure(unit, value)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')
}
