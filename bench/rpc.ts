import { pythonCallers } from './contenders/python-calls.js'
import { type Bench, type Conditions, closeAll, interleave, type Rounds } from './harness/bench.js'
import { duration, rate, times } from './harness/format.js'
import { Pair } from './harness/pair.js'
import { Durations, median, type Percentiles } from './harness/statistics.js'
import { table } from './harness/table.js'
import { comparePythonCallers, type PythonCallers } from './tasks/python-callers.js'

interface Entrant {
  /** In the JSON. */
  readonly name: string
  readonly contender: string
  readonly title: string
  readonly sameProcessor: boolean
  /** Calls in a round: so many that a round takes about a tenth of a second. */
  readonly ofOne: number
  readonly of64: number
  readonly json: boolean
  /** Has one call in flight at most. */
  readonly blocking?: boolean
}

const processes = { sameProcessor: false, json: true } as const

const entrants: readonly Entrant[] = [
  { name: 'ringway', contender: 'rpc', title: 'ringway RpcClient', ofOne: 20_000, of64: 100_000, ...processes },
  { name: 'grpc', contender: 'grpc-calls', title: 'grpc-js, Unix socket', ofOne: 300, of64: 1500, ...processes },
  {
    name: 'childProcess',
    contender: 'child-process-calls',
    title: 'child_process with ids',
    ofOne: 1500,
    of64: 6000,
    ...processes,
  },
  {
    name: 'messagePort',
    contender: 'message-port-calls',
    title: 'MessagePort with ids',
    ofOne: 1500,
    of64: 20_000,
    ...processes,
  },
  { name: 'comlink', contender: 'comlink-calls', title: 'comlink, MessagePort', ofOne: 1000, of64: 5000, ...processes },
]

const onOneCore: readonly Entrant[] = [
  {
    name: 'ringwayOneCore',
    contender: 'rpc',
    title: 'one processor: ringway RpcClient',
    ofOne: 2000,
    of64: 10_000,
    sameProcessor: true,
    json: false,
  },
  {
    name: 'comlinkOneCore',
    contender: 'comlink-calls',
    title: 'one processor: comlink, MessagePort',
    ofOne: 1000,
    of64: 5000,
    sameProcessor: true,
    json: false,
  },
]

const lanes = 64
const checks = 500
const fullRounds: Rounds = { warmUps: 2, rounds: 12 }
const smokeRounds: Rounds = { warmUps: 0, rounds: 2 }
const batchCount = 1000

/** What one entrant did, round by round. */
class Series {
  readonly entrant: Entrant
  readonly pair: Pair
  readonly callNs: number[] = []
  readonly jsonNs: number[] = []
  readonly perSecond: number[] = []
  readonly jsonPerSecond: number[] = []
  readonly timeoutPerSecond: number[] = []
  readonly signalPerSecond: number[] = []
  readonly durations = new Durations()

  constructor(entrant: Entrant, pair: Pair) {
    this.entrant = entrant
    this.pair = pair
  }

  async round(keep: boolean, smoke: boolean): Promise<void> {
    const { ofOne, of64, json, name, blocking = false } = this.entrant
    const one = { count: smoke ? Math.ceil(ofOne / 10) : ofOne }
    const many = { count: smoke ? Math.ceil(of64 / 10) : of64, lanes }
    await this.#timed('call', one, this.callNs, keep)
    if (blocking) return
    await this.#rated('calls', many, this.perSecond, keep)
    if (name === 'ringway') {
      await this.#rated('callsTimeout', many, this.timeoutPerSecond, keep)
      await this.#rated('callsSignal', many, this.signalPerSecond, keep)
    }
    if (!json) return
    await this.#timed('callJson', one, this.jsonNs, keep)
    await this.#rated('callsJson', many, this.jsonPerSecond, keep)
  }

  async #timed(task: string, input: { count: number }, into: number[], keep: boolean): Promise<void> {
    const { near } = await this.pair.run<Float64Array>(task, input)
    if (!keep) return
    into.push(median(near))
    if (task === 'call') this.durations.add(near)
  }

  async #rated(task: string, input: { count: number }, into: number[], keep: boolean): Promise<void> {
    const { near } = await this.pair.run<number>(task, input)
    if (keep) into.push((input.count / near) * 1000)
  }
}

/** The floor and the spinning call, the same two processes one after the other. */
class Spinning {
  readonly pair: Pair
  readonly floorNs: number[] = []
  readonly callNs: number[] = []
  readonly ratios: number[] = []

  constructor(pair: Pair) {
    this.pair = pair
  }

  async round(keep: boolean, smoke: boolean): Promise<void> {
    const before = await this.#timeOf('floor', smoke)
    const callNs = await this.#timeOf('spin', smoke)
    const floorNs = (before + (await this.#timeOf('floor', smoke))) / 2
    if (!keep) return
    this.floorNs.push(floorNs)
    this.callNs.push(callNs)
    this.ratios.push(callNs / floorNs)
  }

  async #timeOf(task: string, smoke: boolean): Promise<number> {
    const { near } = await this.pair.run<Float64Array>(task, { count: batchCount, batches: smoke ? 5 : 20 })
    return median(near)
  }
}

interface Outcome {
  readonly spinning: Spinning
  readonly series: readonly Series[]
}

async function measure(conditions: Conditions, plan: Rounds, all: readonly Entrant[]): Promise<Outcome> {
  const { processors, scratch, smoke, progress } = conditions
  const [first] = processors
  progress.show('starting the contenders')
  const spinning = new Spinning(await Pair.start('rpc-spin', processors, scratch))
  const series = await Promise.all(
    all.map(async (entrant) => {
      const place = entrant.sameProcessor ? ([first, first] as const) : processors
      return new Series(entrant, await Pair.start(entrant.contender, place, scratch))
    }),
  )
  const check = async (): Promise<void> => {
    await spinning.pair.run('check', { count: checks })
    for (const { pair } of series) await pair.run('call', { count: checks, whole: true })
  }
  await check()
  await interleave(conditions, 'calls', plan, async (round) => {
    await spinning.round(round >= 0, smoke)
    for (const each of series) await each.round(round >= 0, smoke)
  })
  await check()
  await closeAll([spinning.pair, ...series.map(({ pair }) => pair)])
  return { spinning, series }
}

/** Median over the rounds of how many times longer the other one took than ours did in the same round. */
function speedup(ours: readonly number[], others: readonly number[]): number {
  return median(others.map((ns, round) => ns / (ours[round] as number)))
}

interface Rival {
  readonly title: string
  readonly callNs: number
  readonly percentilesNs: Percentiles
  readonly callsPerSecond64?: number
  readonly jsonCallNs?: number
  readonly jsonCallsPerSecond64?: number
}

function figuresOf({ entrant, callNs, jsonNs, perSecond, jsonPerSecond, durations }: Series): Rival {
  return {
    title: entrant.title,
    callNs: median(callNs),
    percentilesNs: durations.percentiles(),
    ...(entrant.blocking ? {} : { callsPerSecond64: median(perSecond) }),
    ...(entrant.json ? { jsonCallNs: median(jsonNs), jsonCallsPerSecond64: median(jsonPerSecond) } : {}),
  }
}

function bridgeLine({ typeScriptServerNs, pythonServerNs, ratio }: PythonCallers): string {
  const [ours, theirs] = [duration(typeScriptServerNs), duration(pythonServerNs)]
  return `A Python caller through shm-rpc-bridge: ${ours} to a TypeScript server, ${theirs} to a Python one: ${times(ratio)} as fast.`
}

/**
 * What a call costs, with its reply. Regimes: two spinning threads through `RpcBus`, beside the bare cache line; and two
 * event loops, hot, one call in flight and 64, as bytes (32) and as JSON, next to what a Node program could use instead.
 * Pinned alike, one contender after the other in every round.
 *
 * ```
 *  caller, processor A                      callee, processor B
 *  call ─────────── contender ───────────▶ handler
 *  reply ◀───────── contender ──────────── the request
 * ```
 *
 * Before and after: calls of which every byte of the reply is compared. In between number, length and both ends of each.
 */
export const rpcBench: Bench = {
  purpose: 'Calls and replies of 32 bytes: spinning, and on the event loop with 1 and 64 in flight, next to others.',
  needsTwoProcessors: true,
  async run(conditions) {
    const plan = conditions.smoke ? smokeRounds : fullRounds
    const python = pythonCallers()
    const withPython = python.present.map(
      (each): Entrant => ({ ...each, of64: 0, sameProcessor: false, json: false, blocking: true }),
    )
    const { spinning, series } = await measure(conditions, plan, [...entrants, ...onOneCore, ...withPython])
    const seriesOf = (name: string) => series.find(({ entrant }) => entrant.name === name) as Series
    const ours = seriesOf('ringway')
    const rivals = Object.fromEntries(
      series.filter((each) => each !== ours).map((each) => [each.entrant.name, figuresOf(each)]),
    )
    const pythonCallersOfBridge = await comparePythonCallers(conditions)
    const floorNs = median(spinning.floorNs)
    const spin = { callNs: median(spinning.callNs), ratio: median(spinning.ratios) }
    const own = figuresOf(ours)
    const asynchronous = {
      oneInFlightNs: own.callNs,
      percentilesNs: own.percentilesNs,
      callsPerSecond64: own.callsPerSecond64,
      timeoutEachCallsPerSecond64: median(ours.timeoutPerSecond),
      signalEachCallsPerSecond64: median(ours.signalPerSecond),
      jsonOneInFlightNs: own.jsonCallNs,
      jsonCallsPerSecond64: own.jsonCallsPerSecond64,
      fasterThanComlink: speedup(ours.callNs, seriesOf('comlink').callNs),
      fasterThanGrpc: speedup(ours.callNs, seriesOf('grpc').callNs),
      oneCoreToComlink: speedup(seriesOf('comlinkOneCore').callNs, seriesOf('ringwayOneCore').callNs),
    }
    const text = [
      table(
        ['spinning, 32 B', 'median', '× floor'],
        [
          ['a bare cache line each way (the floor)', duration(floorNs), times(1)],
          ['tryCall → consumeReplies', duration(spin.callNs), times(spin.ratio)],
        ],
      ),
      '',
      table(
        ['event loop, 32 B', 'one call', 'p99', '64 in flight', 'JSON: one call', '64 in flight'],
        series.map((each) => {
          const figures = figuresOf(each)
          const json = figures.jsonCallNs === undefined ? [] : [duration(figures.jsonCallNs)]
          const jsonRate = figures.jsonCallsPerSecond64 === undefined ? [] : [rate(figures.jsonCallsPerSecond64)]
          const { title, callNs, percentilesNs, callsPerSecond64 } = figures
          const many = callsPerSecond64 === undefined ? [] : [rate(callsPerSecond64)]
          return [title, duration(callNs), duration(percentilesNs.p99), ...many, ...json, ...jsonRate]
        }),
      ),
      `\nOne call: ${times(asynchronous.fasterThanComlink)} faster than comlink, ${times(asynchronous.fasterThanGrpc)} than grpc-js; on one processor ${times(asynchronous.oneCoreToComlink)} the time of comlink there.`,
      `64 in flight: ${rate(asynchronous.timeoutEachCallsPerSecond64)} with a time-out for each call, ${rate(asynchronous.signalEachCallsPerSecond64)} with a signal.`,
      ...(pythonCallersOfBridge === undefined ? [] : [bridgeLine(pythonCallersOfBridge)]),
      ...python.missing.map((what) => `\nNot compared: ${what}.`),
    ].join('\n')
    return {
      text,
      json: { ...plan, floorNs, spin, async: asynchronous, rivals, pythonCallersOfBridge, notCompared: python.missing },
    }
  },
}
