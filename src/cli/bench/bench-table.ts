import { formatByteSize } from '../byte-size.js'
import type { BenchReport } from './bench.js'
import { roundTripBytes } from './measure.js'

/** The report for people: two small tables. */
export function benchTable({ blocking, awaited, streams }: BenchReport): string {
  const trips = [
    [`round trip, ${roundTripBytes} bytes`, 'median', 'p99'],
    ['blocking (sendSync, recvSync)', micro(blocking.medianNs), micro(blocking.p99Ns)],
    ['awaited (await send, await recv)', micro(awaited.medianNs), micro(awaited.p99Ns)],
  ]
  const rates = streams.map(({ messageBytes, messagesPerSecond, bytesPerSecond }) => [
    `${formatByteSize(messageBytes)}${messageBytes < 1024 ? ' bytes' : ''}, corked`,
    `${(messagesPerSecond / 1e6).toFixed(2)} M`,
    `${(bytesPerSecond / 1e9).toFixed(2)} GB`,
  ])
  return `${table(trips)}\n${table([['one way', 'messages/s', 'bytes/s'], ...rates])}`
}

function micro(ns: number): string {
  return `${(ns / 1000).toFixed(2)} µs`
}

/** Every column as wide as 12 figures take, the first one as the longest label here. */
function table(rows: readonly (readonly string[])[]): string {
  return rows
    .map(([label = '', ...cells]) => label.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(''))
    .join('\n')
    .concat('\n')
}
