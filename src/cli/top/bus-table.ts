import type { BusRow } from '../../inspect/bus-row.js'
import { columns } from './columns.js'
import { displayWidth, fitted } from './display-width.js'

const gap = 2

export interface Table {
  readonly titles: string
  /** One line per row, in the order of the rows. */
  readonly lines: readonly string[]
}

/** Busiest first, and then by name: rows do not dance while nothing moves. */
export function inOrder(rows: readonly BusRow[]): BusRow[] {
  const rate = ({ producedBytesPerSecond }: BusRow) => producedBytesPerSecond ?? -1
  return [...rows].sort(
    (one, other) =>
      rate(other) - rate(one) ||
      (one.name < other.name ? -1 : one.name > other.name ? 1 : one.kind < other.kind ? -1 : 1),
  )
}

/**
 * The rows as a table of at most `width` columns: what matters least is left out, then cells are cut.
 * @param width Infinity for as much as the cells take
 */
export function busTable(rows: readonly BusRow[], width: number): Table {
  const filled = columns.map((column) => {
    const cells = rows.map((row) => column.cell(row))
    return { column, cells, naturalWidth: Math.max(...[column.title, ...cells].map(displayWidth)) }
  })
  let shown = filled
  const least = ({ column, naturalWidth }: (typeof filled)[number]) => Math.min(column.leastWidth, naturalWidth)
  while (total(shown.map(least)) > width) {
    const first = Math.max(...shown.map(({ column }) => column.dispensable))
    if (first === 0) break
    shown = shown.filter(({ column }) => column.dispensable !== first)
  }
  const widths = shared(
    shown.map((part) => ({ least: least(part), natural: part.naturalWidth })),
    width,
  )
  const line = (cellOf: (index: number) => string) => {
    const cells = shown.map(({ column: { align, keep } }, at) => fitted(cellOf(at), widths[at] ?? 0, align, keep))
    return cut(cells.join(' '.repeat(gap)).trimEnd(), width)
  }
  return {
    titles: line((at) => shown[at]?.column.title ?? ''),
    lines: rows.map((_, row) => line((at) => shown[at]?.cells[row] ?? '')),
  }
}

function cut(line: string, width: number): string {
  return displayWidth(line) <= width ? line : fitted(line, width)
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1))
}

/** Every column its least width, and what is left over to the first that can use it. The first one pays for what lacks. */
function shared(wishes: readonly { least: number; natural: number }[], width: number): number[] {
  let left = width - total(wishes.map(({ least }) => least))
  return wishes.map(({ least, natural }) => {
    const more = Math.max(-least, Math.min(natural - least, left))
    left -= more
    return least + more
  })
}
