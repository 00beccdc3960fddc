import { SeededRandom } from '../fuzz/seeded-random.js'
import { type CallForm, callForms } from './call-forms.js'
import { type ConsumeForm, consumeForms } from './consume-forms.js'
import { type ProduceForm, produceForms } from './produce-forms.js'
import { type ServeForm, serveForms } from './serve-forms.js'

/** `bus`: one ring. `rpc-bus`: the ABI's own calls, RpcBus. `rpc`: RpcClient and RpcServer. */
export type Kind = 'bus' | 'rpc-bus' | 'rpc'
/** Of the call ring, a caller is the producer and a callee the consumer. */
export type Part = 'producer' | 'consumer'
export type Place = 'listen' | 'connect'
/** Who is at the other end of the survivor. */
export type Peer = 'native' | 'stand-in' | 'tachyon'
/** Where in the life of the connection the kill falls; the instant within is drawn too. */
export type Moment = 'handshake' | 'streaming' | 'asleep' | 'closing'

/** All that one round does, drawn from the seed and the round's number alone. */
export interface Plan {
  readonly seed: number
  readonly round: number
  readonly kind: Kind
  /** Whose process is killed first. */
  readonly victim: Part
  /** The other one is killed too, so many microseconds later; −1: it survives. */
  readonly secondKillUs: number
  readonly peer: Peer
  /** The victim's; the other end takes the other place. */
  readonly victimPlace: Place
  /** Whether each end opens its connection by the blocking form. */
  readonly opensSync: boolean
  readonly capacityBytes: number
  /** Of the ring for replies: never the same as `capacityBytes`, so that the two can be told apart. */
  readonly replyCapacityBytes: number
  readonly mostPayloadBytes: number
  readonly produceForm: ProduceForm
  readonly consumeForm: ConsumeForm
  readonly callForm: CallForm
  readonly serveForm: ServeForm
  readonly moment: Moment
  /** From the moment's beginning to the kill. */
  readonly delayUs: number
  /** Messages, or calls, after which the end that `pauses` does nothing more; −1: it goes on at full speed. */
  readonly burst: number
  /** Which end comes to rest after the burst: the other one falls asleep, waiting for it. */
  readonly pauses: Part
  /** Calls under way at a time. */
  readonly window: number
  /** The survivor's event loop is blocked most of the time, so that what was published and the end come to it at once. */
  readonly busy: boolean
}

/** What can be had on this machine. */
export interface Peers {
  readonly standIn: boolean
  readonly tachyon: boolean
}

const capacities = [256, 512, 1024, 4096, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24]
/** For a stock consumer to have a slot at all, a ring needs 33 of them. */
const foreignCapacities = [1 << 14, 1 << 16, 1 << 18, 1 << 20]
const longestForeignPayload = 2 ** 19
const mostCallsUnderWay = 16

/** Longest time from a moment's beginning to the kill. */
const longestDelayUs: Readonly<Record<Moment, number>> = {
  handshake: 12_000,
  streaming: 80_000,
  asleep: 60_000,
  closing: 1_500,
}

/** What it takes its driver, in Python, to make the messages, once it is connected. */
const tachyonStartUs = 500_000

export function otherPart(part: Part): Part {
  return part === 'producer' ? 'consumer' : 'producer'
}

export function otherPlace(place: Place): Place {
  return place === 'listen' ? 'connect' : 'listen'
}

/** The seed of one round: neighbours have nothing in common. */
function roundSeed(seed: number, round: number): number {
  const random = new SeededRandom(Math.imul(seed | 0, 0x9e37_79b1) ^ Math.imul(round + 1, 0x85eb_ca6b))
  random.next()
  return random.next()
}

function drawPeer(random: SeededRandom, peers: Peers): Peer {
  const drawn = random.below(20)
  if (drawn === 0 && peers.tachyon) return 'tachyon'
  return drawn < 4 && peers.standIn ? 'stand-in' : 'native'
}

function drawKind(random: SeededRandom): Kind {
  return random.pick(['bus', 'bus', 'bus', 'rpc-bus', 'rpc'] as const)
}

function drawMoment(random: SeededRandom, peer: Peer): Moment {
  // Foreign peers say no goodbye, so there is nothing to be killed in while they close.
  if (peer === 'tachyon') return random.pick(['streaming', 'asleep'] as const)
  if (peer !== 'native') return random.pick(['handshake', 'streaming', 'streaming', 'asleep'] as const)
  return random.pick(['handshake', 'streaming', 'streaming', 'asleep', 'closing'] as const)
}

/** Whoever closes first comes to rest; an end asleep waits for one that rests; streams and handshakes go on. */
function drawPause(random: SeededRandom, moment: Moment, victim: Part): { burst: number; pauses: Part } {
  const pauses = moment === 'closing' ? victim : random.pick(['producer', 'consumer'] as const)
  if (moment === 'streaming' || moment === 'handshake') return { burst: -1, pauses }
  return { burst: random.oneIn(4) ? 0 : random.below(random.pick([10, 300, 5000])), pauses }
}

function mostPayload(random: SeededRandom, peer: Peer, victim: Part, capacityBytes: number): number {
  const half = capacityBytes / 2 - 64
  // Behind this limit a stock consumer may never make room.
  const lazy = Math.floor(capacityBytes / 33 / 64) * 64 - 64
  const fits = peer === 'native' ? half : Math.min(victim === 'consumer' ? lazy : half, longestForeignPayload)
  return random.oneIn(2) ? fits : Math.min(fits, random.pick([0, 32, 200, 4000]))
}

export function drawPlan(seed: number, round: number, peers: Peers): Plan {
  const random = new SeededRandom(roundSeed(seed, round))
  const peer = drawPeer(random, peers)
  const kind = peer === 'native' ? drawKind(random) : 'bus'
  const victim = random.pick(['producer', 'consumer'] as const)
  const moment = drawMoment(random, peer)
  const both = peer === 'native' && moment !== 'closing' && random.oneIn(8)
  const capacityBytes = random.pick(peer === 'native' ? capacities : foreignCapacities)
  const replyCapacityBytes = capacityBytes === 256 ? 1024 : capacityBytes / (random.oneIn(2) ? 2 : 0.5)
  const mostPayloadBytes = mostPayload(
    random,
    peer,
    victim,
    Math.min(capacityBytes, kind === 'bus' ? capacityBytes : replyCapacityBytes),
  )
  return {
    seed,
    round,
    kind,
    victim,
    secondKillUs: both ? random.below(30_000) : -1,
    peer,
    victimPlace: random.pick(['listen', 'connect'] as const),
    opensSync: moment !== 'handshake' && random.oneIn(4),
    capacityBytes,
    replyCapacityBytes,
    mostPayloadBytes,
    produceForm: random.pick(produceForms),
    consumeForm: random.pick(consumeForms),
    callForm: random.pick(callForms),
    serveForm: random.pick(serveForms),
    moment,
    delayUs: random.below(longestDelayUs[moment]) + (peer === 'tachyon' ? tachyonStartUs : 0),
    ...drawPause(random, moment, victim),
    window: 1 + random.below(mostCallsUnderWay),
    busy: moment === 'streaming' && random.oneIn(kind === 'bus' ? 3 : 2),
  }
}
