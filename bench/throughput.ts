import { type Bench, type Conditions, closeAll, interleave, type Rounds } from './harness/bench.js'
import type { Collections } from './harness/collections.js'
import { bandwidth, duration, rate, size, times } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { median } from './harness/statistics.js'
import { table } from './harness/table.js'

interface Stream {
  readonly title: string
  readonly contender: 'stream-bus' | 'large-bus'
  readonly sizeBytes: number
  readonly count: number
  readonly corked?: boolean
  readonly copyOut?: boolean
}

const kib = 1024
const mib = 1024 * kib

/** Small messages cost by the message, large ones by the byte: what the receiver does with the bytes matters for those. */
const streams: readonly Stream[] = [
  { title: '32 B', contender: 'stream-bus', sizeBytes: 32, count: 2_000_000 },
  { title: '32 B, corked', contender: 'stream-bus', sizeBytes: 32, count: 4_000_000, corked: true },
  { title: '1 KiB', contender: 'stream-bus', sizeBytes: kib, count: 500_000 },
  { title: '1 KiB, copied out', contender: 'stream-bus', sizeBytes: kib, count: 500_000, copyOut: true },
  { title: '64 KiB', contender: 'stream-bus', sizeBytes: 64 * kib, count: 20_000 },
  { title: '64 KiB, copied out', contender: 'stream-bus', sizeBytes: 64 * kib, count: 20_000, copyOut: true },
  { title: '1 MiB', contender: 'large-bus', sizeBytes: mib, count: 1000 },
  { title: '1 MiB, copied out', contender: 'large-bus', sizeBytes: mib, count: 1000, copyOut: true },
]

const fullRounds: Rounds = { warmUps: 2, rounds: 15 }
const smokeRounds: Rounds = { warmUps: 0, rounds: 2 }
const steadyMessages = 10_000_000

interface Runner {
  readonly stream: Stream
  readonly pair: Pair
  /** Messages a second, by round, and copies of the same size in the near process right after. */
  readonly perSecond: number[]
  readonly copiesPerSecond: number[]
}

function smaller(stream: Stream, smoke: boolean): Stream {
  return smoke ? { ...stream, count: Math.ceil(stream.count / 50) } : stream
}

async function measure(conditions: Conditions, plan: Rounds): Promise<Runner[]> {
  const { processors, scratch, smoke, progress } = conditions
  progress.show('starting')
  const runners = await Promise.all(
    streams.map(async (stream): Promise<Runner> => {
      const pair = await Pair.start(stream.contender, processors, scratch)
      return { stream: smaller(stream, smoke), pair, perSecond: [], copiesPerSecond: [] }
    }),
  )
  const check = async ({ stream, pair }: Runner): Promise<void> => {
    await pair.run('stream', { ...stream, count: Math.ceil(stream.count / 100), whole: true })
  }
  for (const runner of runners) await check(runner)
  await interleave(conditions, 'streams', plan, async (round) => {
    for (const { stream, pair, perSecond, copiesPerSecond } of runners) {
      const { near, far } = await pair.run<number, number>('stream', stream)
      const copies = await pair.run<number>('copy', { count: stream.count, sizeBytes: stream.sizeBytes })
      if (round < 0) continue
      perSecond.push((stream.count * 1e9) / (far - near))
      copiesPerSecond.push(copies.near)
    }
  })
  for (const runner of runners) await check(runner)
  await closeAll(runners.map(({ pair }) => pair))
  return runners
}

interface Steady {
  readonly near: Collections
  readonly far: Collections
}

async function steady({ processors, scratch, smoke, progress }: Conditions): Promise<Steady & { count: number }> {
  const count = smoke ? steadyMessages / 50 : steadyMessages
  progress.show(`${count} messages with an eye on the garbage collector`)
  const pair = await Pair.start('stream-bus', processors, scratch)
  const results = await pair.run<Collections, Collections>('steady', { count })
  await pair.close()
  progress.clear()
  return { ...results, count }
}

/**
 * How much goes one way. Regime: one thread sends and one receives, both as fast as they can (`trySend` and `consume` in
 * loops), two processes pinned to two processors; rings of 1 MiB, and of 4 MiB for messages of 1 MiB.
 *
 * ```
 *  process on processor A                          process on processor B
 *  own buffer ─ copy ─▶ ring ─────────────────────▶ consume: in place, or copied out
 *  own buffer ─ copy ─▶ own buffer                 Buffer.copy: same size, same process, right after each round
 * ```
 *
 * Before and after: a stream of which every byte is compared. In between number, length and both ends of every message.
 * "In place" reads only those of a message; "copied out" copies all of it to memory of the receiver's own.
 */
export const throughput: Bench = {
  purpose: 'One-way streams of small and large messages between two processes, next to Buffer.copy in one.',
  needsTwoProcessors: true,
  async run(conditions) {
    const plan = conditions.smoke ? smokeRounds : fullRounds
    const results = (await measure(conditions, plan)).map(({ stream, perSecond, copiesPerSecond }) => {
      const messagesPerSecond = median(perSecond)
      return {
        ...stream,
        messagesPerSecond,
        bytesPerSecond: messagesPerSecond * stream.sizeBytes,
        copyBytesPerSecond: median(copiesPerSecond) * stream.sizeBytes,
        toCopy: median(perSecond.map((figure, round) => figure / (copiesPerSecond[round] as number))),
      }
    })
    const { count, near, far } = await steady(conditions)
    const collectionsOf = ({ collections, collectionMs }: Collections): string =>
      collections === 0 ? 'none' : `${collections}, ${duration(collectionMs * 1e6)} together`
    const text = [
      table(
        ['one way', 'messages', 'bytes', 'Buffer.copy', 'to Buffer.copy'],
        results.map((row) => [
          row.title,
          rate(row.messagesPerSecond),
          bandwidth(row.bytesPerSecond),
          bandwidth(row.copyBytesPerSecond),
          times(row.toCopy),
        ]),
      ),
      '',
      table(
        [`${count / 1e6} M messages of 32 B`, 'garbage collections', 'heap growth'],
        [
          ['producer (trySend)', collectionsOf(near), `${near.heapGrowthBytes} B`],
          ['consumer (consume)', collectionsOf(far), `${far.heapGrowthBytes} B`],
        ],
      ),
      `\nThe largest of these messages are ${size(mib)}; a ring takes messages up to half of its size.`,
    ].join('\n')
    return {
      text,
      json: { ...plan, streams: results, steady: { count, producer: near, consumer: far } },
    }
  },
}
