import { expect } from 'vitest'
import { type Child, spawnChild } from './child.js'
import {
  otherPlace,
  otherRole,
  type PeerOptions,
  type PeerProgram,
  type PeerResult,
  type Place,
  peerArguments,
  type Role,
  resultOf,
  startPeer,
} from './peer.js'
import { temporaryPath } from './temporary-path.js'

const watchdogMs = 110_000

export interface ExchangeOptions {
  /** Of the foreign peer; ringway takes the other place, and the other role. */
  readonly place: Place
  readonly role: Role
  /** What both must agree on, and the listener's capacity. */
  readonly count: number
  readonly sizes?: string
  readonly seed?: number
  readonly capacity?: number
  readonly wakeBench?: boolean
  /** Further options of each side's command line. */
  readonly foreign?: PeerOptions
  readonly ours?: PeerOptions
}

export interface RunningExchange {
  readonly foreign: Child
  readonly ours: Child
}

/** Starts a foreign peer and a ringway, each in a process of its own, that send each other a known stream. */
export async function startExchange(program: PeerProgram, options: ExchangeOptions): Promise<RunningExchange> {
  const { place, role, count, sizes, seed = 1, capacity = 65536, wakeBench = false } = options
  const path = temporaryPath()
  const agreed: PeerOptions = { count, seed, ...(sizes === undefined ? {} : { sizes }), wakeBench }
  const shape = (at: Place): PeerOptions => (at === 'listen' ? { ...agreed, capacity } : agreed)

  const startForeign = (retryMs: number) => {
    const retry = place === 'connect' ? { retryMs } : {}
    return startPeer(program, place, role, path, { ...shape(place), ...retry, ...options.foreign }, { watchdogMs })
  }
  const startOurs = () => {
    const ours = peerArguments(otherPlace(place), otherRole(role), path, {
      ...shape(otherPlace(place)),
      ...options.ours,
    })
    return spawnChild('bus-peer', ours, { watchdogMs })
  }
  if (place === 'listen') {
    const foreign = startForeign(0)
    return { foreign, ours: startOurs() }
  }
  const ours = startOurs()
  await ours.line('{"event":"listening"}')
  return { ours, foreign: startForeign(0) }
}

export interface ExchangeResult {
  readonly producer: PeerResult
  readonly consumer: PeerResult
}

/** Runs an exchange to its end, and checks that each message arrived once, in order, and whole. */
export async function exchange(program: PeerProgram, options: ExchangeOptions): Promise<ExchangeResult> {
  const { foreign, ours } = await startExchange(program, options)
  const [foreignResult, ourResult] = await Promise.all([resultOf(foreign), resultOf(ours)])
  const [producer, consumer] = options.role === 'produce' ? [foreignResult, ourResult] : [ourResult, foreignResult]
  expect(consumer.firstWrong).toBe(-1)
  expect(consumer.messages).toBe(options.count)
  expect(producer.messages).toBe(options.count)
  // The producer of a wake bench does not hash: a stamp is what the clock says.
  if (options.wakeBench !== true) {
    expect(consumer.bytes).toBe(producer.bytes)
    expect(consumer.hash).toBe(producer.hash)
  }
  expect(ourResult).toMatchObject({ native: false })
  return { producer, consumer }
}

/** The largest payload that is sure to flow towards a consumer that publishes its tail every 32 records only. */
export function largestPayloadForStockConsumer(capacityBytes: number): number {
  return Math.floor(capacityBytes / 33 / 64) * 64 - 64
}

/** The largest payload that fits into a ring at any position of it. */
export function largestPayload(capacityBytes: number): number {
  return capacityBytes / 2 - 64
}

export const everyPlaceAndRole: readonly (readonly [Place, Role])[] = [
  ['listen', 'produce'],
  ['listen', 'consume'],
  ['connect', 'produce'],
  ['connect', 'consume'],
]
