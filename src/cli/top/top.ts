import { setTimeout as delay } from 'node:timers/promises'
import type { BusRow } from '../../inspect/bus-row.js'
import { BusSurvey } from '../../inspect/bus-survey.js'
import type { Output } from '../output.js'
import { busTable, inOrder } from './bus-table.js'
import { frame, notes } from './frame.js'
import { TerminalScreen } from './terminal-screen.js'

export interface TopSettings {
  readonly intervalMs: number
  /** Snapshots or screens before it ends; on and on unless given. */
  readonly count: number | undefined
}

/** The screen, until `q`, the signal, or so many pictures. */
export async function topScreen({ intervalMs, count }: TopSettings, signal: AbortSignal): Promise<void> {
  const { stdout, stdin } = process
  const ending = new AbortController()
  const onKey = (key: string) => {
    if (key === 'q' || key === 'Q') ending.abort()
    // In raw mode the terminal sends the key itself, and no signal.
    if (key === '\x03') process.kill(process.pid, 'SIGINT')
  }
  using survey = new BusSurvey()
  using screen = new TerminalScreen(stdout, stdin, onKey)
  let rows: readonly BusRow[] = []
  const draw = () => {
    screen.draw(frame(rows, { columns: screen.columns, rows: screen.rows, colored: stdout.hasColors(), intervalMs }))
  }
  stdout.on('resize', draw)
  try {
    const either = AbortSignal.any([signal, ending.signal])
    for (let drawn = 0; count === undefined || drawn < count; drawn++) {
      rows = await survey.look()
      if (either.aborted) break
      draw()
      if (drawn + 1 !== count && !(await waited(intervalMs, either))) break
    }
  } finally {
    stdout.off('resize', draw)
  }
  signal.throwIfAborted()
}

/** @returns false when the signal came first */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return await delay(ms, true, { signal }).catch(() => false)
}

/** One snapshot of rates over an interval: JSON, or a table for people who read it later. */
export async function topSnapshots(
  { intervalMs, count = Number.POSITIVE_INFINITY, json }: TopSettings & { readonly json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  using survey = new BusSurvey()
  // What moved is the difference between two looks.
  await survey.look()
  for (let printed = 0; printed < count; printed++) {
    const beginMs = performance.now()
    await waited(intervalMs, signal)
    signal.throwIfAborted()
    const rows = inOrder(await survey.look())
    const measuredMs = Math.round(performance.now() - beginMs)
    await output.write(Buffer.from(json ? jsonLine(rows, measuredMs) : (printed === 0 ? '' : '\n') + tableText(rows)))
  }
}

function jsonLine(buses: readonly BusRow[], intervalMs: number): string {
  return `${JSON.stringify({ time: new Date().toISOString(), intervalMs, buses })}\n`
}

function tableText(rows: readonly BusRow[]): string {
  const { titles, lines } = busTable(rows, Number.POSITIVE_INFINITY)
  return `${[titles, ...lines, ...notes(rows)].join('\n')}\n`
}
