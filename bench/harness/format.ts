/** `131 ns`, `1.24 µs`, `52.1 µs`, `8.03 ms`. */
export function duration(ns: number): string {
  if (!Number.isFinite(ns)) return '–'
  if (ns < 999.5) return `${ns.toFixed(ns < 9.95 ? 1 : 0)} ns`
  if (ns < 999_500) return `${digits(ns / 1e3)} µs`
  if (ns < 999_500_000) return `${digits(ns / 1e6)} ms`
  return `${digits(ns / 1e9)} s`
}

/** `52.3 M/s`, `830 k/s`. */
export function rate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '–'
  if (perSecond >= 999_500) return `${digits(perSecond / 1e6)} M/s`
  if (perSecond >= 9_995) return `${digits(perSecond / 1e3)} k/s`
  return `${perSecond.toFixed(0)} /s`
}

/** `1.64 GB/s`: thousands, not 1024s. */
export function bandwidth(bytesPerSecond: number): string {
  if (!Number.isFinite(bytesPerSecond)) return '–'
  if (bytesPerSecond >= 999_500_000) return `${digits(bytesPerSecond / 1e9)} GB/s`
  return `${digits(bytesPerSecond / 1e6)} MB/s`
}

/** `1.43 ×`. */
export function times(factor: number): string {
  return Number.isFinite(factor) ? `${digits(factor)} ×` : '–'
}

/** `32 B`, `64 KiB`, `1 MiB`. */
export function size(bytes: number): string {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`
}

function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
}
