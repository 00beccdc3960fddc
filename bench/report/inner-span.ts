/** Between which values they lie, but for the lowest and the highest twentieth. */
export function innerSpan(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  const skipped = Math.floor(sorted.length / 20)
  return [sorted[skipped] ?? Number.NaN, sorted[sorted.length - 1 - skipped] ?? Number.NaN]
}
