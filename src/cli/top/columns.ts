import type { BusRow, RingProcess, SideState } from '../../inspect/bus-row.js'
import type { Keep } from './display-width.js'
import { plainText } from './plain-text.js'
import { shortBytes, shortRate, shortTime } from './quantities.js'

export interface Column {
  readonly title: string
  readonly cell: (row: BusRow) => string
  readonly align: 'left' | 'right'
  readonly keep: Keep
  /** Fewest columns of the terminal that it is worth showing in. */
  readonly leastWidth: number
  /** Which goes first where there is no room: the highest. 0 stays. */
  readonly dispensable: number
}

const unknown = '?'

const sideWords: Readonly<Record<SideState, string>> = {
  awake: 'awake',
  futex: 'futex',
  doorbell: 'bell',
  spinning: 'spin',
}

function side(state: SideState | null): string {
  return state === null ? unknown : sideWords[state]
}

/** @param index which process to show where nothing tells whose this end is, and the cell says so */
function end(process: RingProcess | null, { processes }: BusRow, index: number): string {
  if (process !== null) return `${process.pid} ${plainText(process.command)}`
  const somebody = processes[index]
  return somebody === undefined ? '-' : `${unknown} ${somebody.pid} ${plainText(somebody.command)}`
}

function peers({ kind, processes }: BusRow): string {
  if (kind === 'bridge') return 'foreign'
  if (processes.some(({ native }) => native === null)) return unknown
  const natives = processes.filter(({ native }) => native).length
  if (natives === processes.length) return 'native'
  return natives === 0 ? 'foreign' : 'mixed'
}

function fill({ usedBytes, capacityBytes }: BusRow): string {
  if (usedBytes === null || capacityBytes === null) return unknown
  return `${shortBytes(usedBytes)} ${Math.round((usedBytes / capacityBytes) * 100)}%`
}

function orUnknown(value: number | null, write: (value: number) => string): string {
  return value === null ? unknown : write(value)
}

const text = { align: 'left', keep: 'start' } as const
const figure = { align: 'right', keep: 'start' } as const

export const columns: readonly Column[] = [
  {
    title: 'BUS',
    cell: ({ name }) => plainText(name),
    align: 'left',
    keep: 'end',
    leastWidth: 24,
    dispensable: 0,
  },
  { title: 'KIND', cell: ({ kind }) => kind, ...text, leastWidth: 7, dispensable: 6 },
  { title: 'PRODUCER', cell: (row) => end(row.producer, row, 0), ...text, leastWidth: 12, dispensable: 3 },
  { title: 'CONSUMER', cell: (row) => end(row.consumer, row, 1), ...text, leastWidth: 12, dispensable: 3 },
  { title: 'PEERS', cell: peers, ...text, leastWidth: 7, dispensable: 8 },
  { title: 'SIZE', cell: (row) => orUnknown(row.capacityBytes, shortBytes), ...figure, leastWidth: 4, dispensable: 5 },
  { title: 'FILL', cell: fill, ...figure, leastWidth: 9, dispensable: 1 },
  {
    title: 'RATE',
    cell: (row) => orUnknown(row.producedBytesPerSecond, shortRate),
    ...figure,
    leastWidth: 8,
    dispensable: 0,
  },
  { title: 'P IS', cell: ({ producerState }) => side(producerState), ...text, leastWidth: 5, dispensable: 4 },
  { title: 'C IS', cell: ({ consumerState }) => side(consumerState), ...text, leastWidth: 5, dispensable: 4 },
  { title: 'STATE', cell: ({ state }) => state, ...text, leastWidth: 7, dispensable: 2 },
  { title: 'IDLE', cell: (row) => orUnknown(row.idleMs, shortTime), ...figure, leastWidth: 4, dispensable: 7 },
  { title: 'AGE', cell: (row) => orUnknown(row.ageMs, shortTime), ...figure, leastWidth: 4, dispensable: 9 },
]
