import { bandwidth, rate, size, times } from '../../harness/format.js'
import type { Entrant } from '../entrant.js'
import { ratioOf } from '../outcome.js'
import type { Series, SeriesRole } from '../report.js'
import type { Results } from '../results.js'
import { rateSentence } from '../sentences.js'
import type { ChartPlan } from './chart-plan.js'

const kib = 1024
const mib = 1024 * kib
const sizesBytes = [32, 128, 512, 2 * kib, 8 * kib, 32 * kib, 128 * kib, mib]
/** From here on, what a message costs is its bytes: publishing it by itself or with others makes no difference. */
const mostCorkedBytes = 2 * kib
/** A ring takes messages up to half of its size. */
const mostInUsualRingBytes = 512 * kib

/** How long each runs in a round, as long as it is about as fast as its line says. */
const slotNs = 35e6
const leastMessages = 24

interface Line {
  readonly id: string
  readonly name: string
  readonly role: SeriesRole
  readonly contender: (sizeBytes: number) => string
  readonly mostBytes?: number
  readonly corked?: boolean
  readonly copyOut?: boolean
  readonly task: 'stream' | 'copy'
  /** About what a message costs, to choose how many of them there are. */
  readonly perMessageNs: number
  readonly bytesPerNs: number
}

const bus = (sizeBytes: number): string => (sizeBytes > mostInUsualRingBytes ? 'large-bus' : 'stream-bus')
const threadBus = (sizeBytes: number): string =>
  sizeBytes > mostInUsualRingBytes ? 'large-thread-bus' : 'stream-thread-bus'
const stream = { task: 'stream', role: 'rival' } as const
const ours = { task: 'stream', role: 'ringway', bytesPerNs: 24 } as const

const copied: Line = {
  ...ours,
  id: 'copied-out',
  name: 'ringway Bus, copied out',
  contender: bus,
  copyOut: true,
  perMessageNs: 40,
}
const corked: Line = {
  ...ours,
  id: 'corked',
  name: 'ringway Bus, corked, read in place',
  contender: bus,
  corked: true,
  mostBytes: mostCorkedBytes,
  perMessageNs: 12,
}
const copy: Line = {
  id: 'copy',
  name: 'Buffer.copy in one process',
  role: 'floor',
  task: 'copy',
  contender: bus,
  perMessageNs: 15,
  bytesPerNs: 40,
}
const lines: readonly Line[] = [
  corked,
  { ...ours, id: 'in-place', name: 'ringway Bus, read in place', contender: bus, perMessageNs: 30 },
  copied,
  { ...ours, id: 'thread-bus', name: 'ringway ThreadBus, read in place', contender: threadBus, perMessageNs: 30 },
  {
    ...stream,
    id: 'message-port',
    name: 'MessagePort',
    contender: () => 'message-port',
    perMessageNs: 1800,
    bytesPerNs: 3,
  },
  {
    ...stream,
    id: 'net',
    name: 'net, Unix socket',
    contender: () => 'unix-socket',
    perMessageNs: 900,
    bytesPerNs: 1.5,
  },
  {
    ...stream,
    id: 'child-process',
    name: 'child_process',
    contender: () => 'child-process',
    perMessageNs: 6000,
    bytesPerNs: 0.5,
  },
  { ...stream, id: 'zeromq', name: 'zeromq, ipc', contender: () => 'zeromq', perMessageNs: 2000, bytesPerNs: 1.5 },
  copy,
]

function idOf({ id }: Line, sizeBytes: number): string {
  return `stream-${id}-${sizeBytes}`
}

function sizesOf({ mostBytes = mib }: Line): number[] {
  return sizesBytes.filter((sizeBytes) => sizeBytes <= mostBytes)
}

function entrantOf(line: Line, sizeBytes: number): Entrant {
  const { id, name, role, task, corked = false, copyOut = false, perMessageNs, bytesPerNs } = line
  const contender = line.contender(sizeBytes)
  const count = Math.max(leastMessages, Math.round(slotNs / (perMessageNs + sizeBytes / bytesPerNs)))
  return {
    id: idOf(line, sizeBytes),
    name: `${name}, ${size(sizeBytes)}`,
    role,
    contender,
    station: `stream-${id}-${contender}`,
    task,
    input: { count, sizeBytes, corked, copyOut },
    answer: task === 'copy' ? 'copies' : 'moments',
    check: { task: 'stream', count: 50 },
  }
}

function seriesOf(results: Results, line: Line): Series {
  const { id, name, role } = line
  const outcomes = sizesOf(line).map((sizeBytes) => ({ sizeBytes, outcome: results.of(idOf(line, sizeBytes)) }))
  return {
    id,
    name,
    role,
    points: outcomes.map(({ sizeBytes, outcome }) => [sizeBytes, outcome.median * sizeBytes]),
    samples: outcomes.reduce((sum, { outcome }) => sum + outcome.samples, 0),
  }
}

/** Of one size: the subject against the rivals, and against a plain copy in the same round. */
function findingsAt(results: Results, sizeBytes: number, subject: Line, inMessages: boolean): string[] {
  const amountOf = (line: Line): number => results.of(idOf(line, sizeBytes)).median * (inMessages ? 1 : sizeBytes)
  const rivals = lines.filter(({ role }) => role === 'rival')
  const sentence = rateSentence(
    `At ${size(sizeBytes)} a message`,
    { name: subject.name, value: amountOf(subject) },
    rivals.map((line) => ({ name: line.name, value: amountOf(line) })),
    inMessages ? (value) => rate(value).replace('/s', ' messages/s') : bandwidth,
  )
  const ofCopy = ratioOf(results.of(idOf(subject, sizeBytes)), results.of(idOf(copy, sizeBytes)))
  return [`${sentence} To Buffer.copy of the same size in one process: ${times(ofCopy)}.`]
}

export const throughput: ChartPlan = {
  id: 'throughput',
  title: 'One-way streams, by the size of the messages',
  explanation:
    'One side sends as fast as it can, the other one receives and checks each message. "Read in place": the receiver looks ' +
    'at a message in shared memory, and copies nothing; "copied out": it copies every byte to memory of its own, as all the ' +
    'others do. "Corked": messages are published in groups. Rings have 1 MiB (for messages of 1 MiB: 4 MiB); the others ' +
    'have at most 4096 messages or 4 MiB under way.',
  entrants: lines.flatMap((line) => sizesOf(line).map((sizeBytes) => entrantOf(line, sizeBytes))),
  draw: (results) => ({
    kind: 'lines',
    x: { label: 'size of a message', unit: 'bytes', logarithmic: true },
    y: { label: 'throughput', unit: 'bytes/s', logarithmic: true },
    series: lines.map((line) => seriesOf(results, line)),
    findings: [
      ...findingsAt(results, 32, corked, true),
      ...findingsAt(results, 2 * kib, copied, false),
      ...findingsAt(results, mib, copied, false),
    ],
  }),
}
