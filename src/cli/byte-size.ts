const unitBytes: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }

/**
 * A size as people write it: `4096`, `64KiB`, `1MiB`, `2G`. Units are powers of 1024; `KB` and its like mean 1000 to some
 * and 1024 to others, and are not taken.
 * @returns bytes, or undefined for what is no size
 */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)(?:B|([KMG])(?:iB)?)?$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  const bytes = Number(digits) * (unitBytes[unit.toUpperCase()] as number)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const scales = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const

/** The shortest exact form: 65536 is `64KiB`, 1000 is `1000`. */
export function formatByteSize(bytes: number): string {
  const [scale, unit] = scales.find(([size]) => bytes >= size && bytes % size === 0) ?? [1, '']
  return `${bytes / scale}${unit}`
}
