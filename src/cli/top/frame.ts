import { styleText } from 'node:util'
import type { BusRow } from '../../inspect/bus-row.js'
import { busTable, inOrder } from './bus-table.js'
import { fitted } from './display-width.js'
import { plainText } from './plain-text.js'

export interface FrameSettings {
  readonly columns: number
  /** Lines that there is room for. */
  readonly rows: number
  readonly colored: boolean
  readonly intervalMs: number
}

/** What the screen shows of these rows, a string a line. */
export function frame(
  rows: readonly BusRow[],
  { columns, rows: height, colored, intervalMs }: FrameSettings,
): string[] {
  // Whether colours are wanted was decided before; some versions of Node would ask the stream once more.
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    colored ? styleText(format, text, { validateStream: false }) : text
  const ordered = inOrder(rows)
  const { titles, lines } = busTable(ordered, columns)
  const summary = `ringway top: ${summaryOf(rows)}, every ${intervalMs / 1000} s; q ends`
  const all = [
    style('bold', fitted(summary, columns).trimEnd()),
    '',
    style('inverse', fitted(titles, columns)),
    ...lines.map((line, at) => style(colorOf(ordered[at]), line)),
    ...notes(ordered).map((note) => fitted(note, columns).trimEnd()),
  ]
  if (all.length <= height) return all
  const hidden = `… ${all.length - height + 1} more lines`
  return [...all.slice(0, height - 1), fitted(hidden, columns).trimEnd()]
}

export function summaryOf(rows: readonly BusRow[]): string {
  const processes = new Set(rows.flatMap((row) => row.processes.map(({ pid }) => pid))).size
  return `${counted(rows.length, 'ring')} of ${counted(processes, 'process', 'processes')}`
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function colorOf(row: BusRow | undefined): Parameters<typeof styleText>[0] {
  if (row?.state === 'corrupt') return 'red'
  if (row?.state === 'unreadable' || row?.state === 'alone') return 'yellow'
  return (row?.producedBytesPerSecond ?? 0) > 0 ? 'green' : 'reset'
}

/** What is wrong, and once each: many rings may be unreadable for one reason. */
export function notes(rows: readonly BusRow[]): string[] {
  const found = new Map<string, string[]>()
  for (const { finding, name } of rows) {
    if (finding !== null) found.set(finding, [...(found.get(finding) ?? []), plainText(name)])
  }
  const sentences = [...found].map(([finding, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other')}`
    return `${first}${more}: ${plainText(finding)}`
  })
  return sentences.length === 0 ? [] : ['', ...sentences]
}
