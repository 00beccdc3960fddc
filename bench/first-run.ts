/** `npm start`: two processes exchange a million messages through shared memory, and time some round trips. */
import { twoProcessors } from './harness/cores.js'
import { bandwidth, duration, rate } from './harness/format.js'
import { histogram } from './harness/histogram.js'
import { Pair } from './harness/pair.js'
import { Progress } from './harness/progress.js'
import { Scratch } from './harness/scratch.js'
import { Durations, median } from './harness/statistics.js'
import { leastBytes, mostBytes, type Received } from './tasks/million.js'

const messages = 1_000_000
const progressWidth = 30
/** Round trips are measured in rounds of so many, until there are enough of them or it takes too long. */
const roundTripsPerRound = 10_000
const mostRounds = 20
const longestMs = 6000

const whole = new Intl.NumberFormat('en')
const say = (line = ''): boolean => process.stdout.write(`${line}\n`)

function progressBar(done: number, of: number): string {
  const full = Math.round((done / of) * progressWidth)
  return `${'█'.repeat(full)}${'░'.repeat(progressWidth - full)} ${whole.format(done)} of ${whole.format(of)}`
}

async function stream(pair: Pair, progress: Progress): Promise<void> {
  say(`Streaming ${whole.format(messages)} messages of ${leastBytes} to ${mostBytes} bytes (await bus.send, for await)`)
  pair.onProgress = (done) => progress.show(`  ${progressBar(done, messages)}`)
  const { near: beganNs, far } = await pair.run<number, Received>('million', { count: messages })
  progress.clear()
  if (far.messages !== messages) throw new Error(`only ${far.messages} of ${messages} messages arrived`)
  const seconds = (far.endedNs - beganNs) / 1e9
  const speed = `${rate(far.messages / seconds)}, ${bandwidth(far.bytes / seconds)}`
  say(
    `  ${whole.format(far.messages)} messages, ${whole.format(far.bytes)} bytes in ${duration(seconds * 1e9)}: ${speed}`,
  )
  say('  Verified: every byte of every message compared, all in order, none lost, none twice.')
  say()
}

async function roundTrips(pair: Pair, progress: Progress, task: string): Promise<Float64Array> {
  const rounds: Float64Array[] = []
  const began = performance.now()
  await pair.run(task, { count: roundTripsPerRound, whole: true })
  while (rounds.length < mostRounds && (rounds.length === 0 || performance.now() - began < longestMs)) {
    const { near } = await pair.run<Float64Array>(task, { count: roundTripsPerRound, whole: true })
    rounds.push(near)
    progress.show(`  ${progressBar(rounds.length * roundTripsPerRound, mostRounds * roundTripsPerRound)}`)
  }
  progress.clear()
  return Float64Array.from(rounds.flatMap((round) => [...round]))
}

function sayPercentiles(samplesNs: Float64Array): void {
  const durations = new Durations()
  durations.add(samplesNs)
  const { p50, p90, p99, p999, max } = durations.percentiles()
  const named = { p50, p90, p99, 'p99.9': p999, max }
  say(
    `  ${Object.entries(named)
      .map(([name, ns]) => `${name} ${duration(ns)}`)
      .join('   ')}`,
  )
}

async function main(): Promise<void> {
  const processors = twoProcessors()
  const [a, b] = processors
  const progress = new Progress()
  const pair = await Pair.start('first-run', processors, new Scratch())

  say()
  say('ringway: messages between processes through shared memory')
  say(
    a === b
      ? `There is one processor here, and both processes share it. With two, all of this is many times faster.`
      : `A producer process on processor ${a}, a consumer process on processor ${b}, Node ${process.version}.`,
  )
  say()
  await stream(pair, progress)

  say('Round trips of 32 bytes, one after the other (await bus.send, await bus.recv)')
  const hot = await roundTrips(pair, progress, 'roundTrip')
  say(
    histogram(hot)
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n'),
  )
  sayPercentiles(hot)
  say(`  ${whole.format(hot.length)} round trips, every byte of them compared.`)
  say()

  say('The same with blocking calls (bus.sendSync, bus.recvSync)')
  sayPercentiles(await roundTrips(pair, progress, 'roundTripSync'))
  if (a !== b) {
    const { near } = await pair.run<Float64Array>('floor', { count: 1000, batches: 100 })
    say()
    say(
      `For comparison: one bare cache line each way, bounced between the same two processes: ${duration(median(near))}.`,
    )
    say('No exchange of messages between them can be faster. (These round trips: the clock is in each, about 50 ns.)')
  }
  say()
  say('More: npm run --silent bench -- rtt | throughput | event-loop | compare | endings | rpc | tail')
  await pair.close()
}

try {
  await main()
  process.exit()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
