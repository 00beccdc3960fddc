import { percentilesFor } from '../../../bench/report/percentile-points.js'
import type { Axis, Chart, Report, Series, SeriesRole } from '../../../bench/report/report.js'

const percentileAxis: Axis = { label: 'percentile', unit: 'percentile', logarithmic: false }
const nanoseconds: Axis = { label: 'round trip', unit: 'ns', logarithmic: true }
const noAxis: Axis = { label: '', unit: 'round', logarithmic: false }

/** Something that looks like a run, made of formulas: for tests of how a report is drawn. */
function curve(id: string, name: string, role: SeriesRole, medianNs: number, tail: number, samples: number): Series {
  const points = percentilesFor(samples).map((percent): [number, number] => {
    const nines = 2 - Math.log10(100 - percent)
    return [percent, Math.round(medianNs * (0.82 + 0.6 * nines) ** 0.2 * (1 + (nines / 3.4) ** tail))]
  })
  return { id, name, role, points, samples }
}

const spinning: Chart = {
  id: 'round-trip-spinning',
  title: 'Round trip of 32 bytes, both sides spinning',
  explanation: 'So many percent of the round trips took at most so long; each nine takes the same room.',
  findings: ['ringway Bus takes 190 ns in the median, 1.86 × the floor.', 'Half of `trySend` is the cache line.'],
  command: 'npm run --silent bench -- rtt',
  kind: 'percentiles',
  x: percentileAxis,
  y: nanoseconds,
  series: [
    curve('spin', 'ringway Bus, trySend + consume', 'ringway', 190, 4, 1_200_000),
    curve('guards', 'ringway Bus, guards in place', 'ringway', 264, 4, 1_200_000),
    curve('floor', 'a bare cache line each way', 'floor', 101, 4, 1_200_000),
  ],
}

const asynchronous: Chart = {
  id: 'round-trip-async',
  title: 'Round trip of 32 bytes between two event loops',
  explanation: 'One message under way, the next one sent at once.',
  findings: ['ringway Bus takes 1.33 µs in the median; MessagePort takes 35.5 × as long.'],
  command: 'npm run --silent bench -- compare',
  kind: 'percentiles',
  x: percentileAxis,
  y: nanoseconds,
  series: [
    curve('bus', 'ringway Bus', 'ringway', 1330, 3, 400_000),
    curve('thread-bus', 'ringway ThreadBus', 'ringway', 1310, 3.2, 400_000),
    curve('message-port', 'MessagePort', 'rival', 47_100, 2, 20_000),
    curve('child-process', 'child_process', 'rival', 56_200, 2, 20_000),
    curve('net', 'net, Unix socket', 'rival', 50_200, 2.2, 20_000),
    curve('zeromq', 'zeromq, ipc', 'rival', 67_000, 2, 10_000),
    curve('floor', 'a bare cache line each way', 'floor', 101, 4, 400_000),
  ],
}

const sizes = [32, 128, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576]

function stream(id: string, name: string, role: SeriesRole, messageNs: number, byteNs: number): Series {
  const points = sizes.map((size): [number, number] => [size, Math.round((size * 1e9) / (messageNs + size * byteNs))])
  return { id, name, role, points, samples: 5_000_000 }
}

const throughput: Chart = {
  id: 'throughput',
  title: 'One-way throughput by payload size',
  explanation: 'Bytes a second from before the first message to after the last.',
  findings: ['At 64 KiB ringway moves 41 GB/s.'],
  command: 'npm run --silent bench -- throughput',
  kind: 'lines',
  x: { label: 'payload', unit: 'bytes', logarithmic: true },
  y: { label: 'throughput', unit: 'bytes/s', logarithmic: true },
  series: [
    stream('bus', 'ringway Bus, trySend → consume', 'ringway', 50, 0.018),
    stream('corked', 'ringway Bus, corked → consume', 'ringway', 24, 0.018),
    stream('message-port', 'MessagePort', 'rival', 900, 0.2),
    stream('net', 'net, Unix socket, corked', 'rival', 2100, 0.6),
    stream('copy', 'Buffer.copy in one process', 'floor', 19, 0.008),
  ],
}

function dots(id: string, name: string, role: SeriesRole, medianNs: number): Series {
  const points = Array.from({ length: 40 }, (_, index): [number, number] => {
    const wave = Math.sin(index * 12.9898 + medianNs) * 43_758.5453
    return [index + 1, Math.round(medianNs * (1 + 0.09 * (wave - Math.floor(wave))))]
  })
  return { id, name, role, points }
}

const rounds: Chart = {
  id: 'rounds',
  title: 'Medians, round by round',
  explanation: 'Everything is measured in every round, so that what moves with the machine is seen to move together.',
  findings: ['Within 9 % of each other.'],
  command: 'npm run report',
  kind: 'dots',
  x: { label: 'round', unit: 'round', logarithmic: false },
  y: { label: 'median round trip', unit: 'ns', logarithmic: true },
  series: [
    dots('spin', 'ringway Bus, spinning', 'ringway', 190),
    dots('bus', 'ringway Bus', 'ringway', 1330),
    dots('message-port', 'MessagePort', 'rival', 47_100),
    dots('floor', 'a bare cache line each way', 'floor', 101),
  ],
}

function bar(id: string, name: string, role: SeriesRole, value: number): Series {
  return { id, name, role, points: [[0, value]], samples: 1000 }
}

const oneCore: Chart = {
  id: 'one-core',
  title: 'Round trip of 32 bytes, both sides on one processor',
  explanation: 'Whoever looks for a message keeps the other side from sending it.',
  findings: ['ringway Bus, promises takes 23.9 µs; MessagePort takes 0.59 × as long.'],
  command: 'npm run --silent bench -- event-loop',
  kind: 'bars',
  x: noAxis,
  y: { label: 'median round trip', unit: 'ns', logarithmic: true },
  series: [
    bar('promises', 'ringway Bus, promises', 'ringway', 23_900),
    bar('sync', 'ringway Bus, Sync', 'ringway', 8300),
    bar('message-port', 'MessagePort', 'rival', 14_100),
    bar('child-process', 'child_process', 'rival', 31_000),
    bar('zeromq', 'zeromq, ipc', 'rival', 71_000),
  ],
}

const idle: Chart = {
  id: 'idle',
  title: 'Processor time while nothing arrives',
  explanation: 'Of one processor, while a receiver waits.',
  findings: ['ringway takes 0.03 % of a processor before a native peer.'],
  command: 'npm run --silent bench -- event-loop',
  kind: 'bars',
  x: noAxis,
  y: { label: 'of one processor', unit: 'percent', logarithmic: false },
  series: [
    bar('native', 'ringway, native peer', 'ringway', 0.03),
    bar('foreign', 'ringway, foreign peer', 'ringway', 0.17),
    bar('message-port', 'MessagePort', 'rival', 0),
    bar('nothing', 'a process that waits for nothing', 'floor', 0.01),
  ],
}

export function sampleReport(): Report {
  return {
    schema: 1,
    date: '2026-11-21T02:00:00.000Z',
    tookSeconds: 1260,
    smoke: false,
    machine: [
      { name: 'Processor', value: 'AMD EPYC 7B13' },
      { name: 'Topology', value: 'one socket, two cores, one thread each' },
      { name: 'Frequency governor', value: 'not visible to this machine' },
      { name: 'System', value: 'Linux 6.18.0, x64' },
      { name: 'Node', value: 'v20.20.2, V8 11.3.244' },
    ],
    command: 'npm run report',
    charts: [spinning, asynchronous, throughput, rounds, oneCore, idle],
  }
}
