import { futexWake, type ProcessHandle, yieldCpu } from '../../ffi/index.js'
import { CONSUMER_WORD_OFFSET, PRODUCER_WORD_OFFSET, WORD_DOORBELL, WORD_FUTEX } from '../ring/ring-descriptor.js'
import { SleepWord } from '../ring/sleep-word.js'
import { ControlSocket } from './control-socket.js'
import { ForeignRecordSleeper } from './foreign-record-sleeper.js'
import { ForeignRoomSleeper } from './foreign-room-sleeper.js'
import { ForeignWatch } from './foreign-watch.js'
import type { Role } from './lane-role.js'
import type { Lane, Link, LinkEnd, PeerInfo } from './link.js'
import { NativeSleeper } from './native-sleeper.js'
import type { PeerIdentity } from './peer-identity.js'
import type { PeerSocket } from './peer-socket.js'
import type { PeerWatch } from './peer-watch.js'
import type { Region } from './region.js'

/** What a finished handshake hands over; whoever takes it owns all of it. */
export interface Handshaken {
  readonly native: boolean
  readonly regions: readonly Region[]
  /** This side's, in each ring. */
  readonly roles: readonly Role[]
  readonly peer: PeerIdentity
  readonly socket: PeerSocket
  readonly peerProcess: ProcessHandle | undefined
}

interface Ends {
  readonly lanes: readonly Lane[]
  readonly watch: PeerWatch
  /** Lets go of whatever uses the rings' memory; resolves when nothing does any more. */
  readonly rest: () => Promise<unknown>
}

/** A link over mapped memory, to another process or to this one. */
export class MappedLink implements Link {
  readonly lanes: readonly Lane[]
  readonly peer: PeerInfo
  onEnd: ((end: LinkEnd) => void) | undefined
  readonly #regions: readonly Region[]
  readonly #watch: PeerWatch
  readonly #rest: () => Promise<unknown>
  #end: LinkEnd | undefined
  #released = false

  constructor(handshaken: Handshaken) {
    const { lanes, watch, rest } = handshaken.native ? nativeEnds(handshaken) : foreignEnds(handshaken)
    this.lanes = lanes
    this.peer = { ...handshaken.peer, native: handshaken.native }
    this.#regions = handshaken.regions
    this.#watch = watch
    this.#rest = rest
    watch.onEnd = (end) => {
      this.#end = end
      this.onEnd?.(end)
    }
  }

  get end(): LinkEnd | undefined {
    return this.#end
  }

  look(): void {
    this.#watch.look()
  }

  yieldCpu(): void {
    yieldCpu()
  }

  bindToNumaNode(node: number): void {
    for (const region of this.#regions) region.bindToNumaNode(node)
  }

  release(reason: 'closed' | 'corrupt'): void {
    if (this.#released) return
    this.#released = true
    for (const lane of this.lanes) lane.sleeper.disarm()
    this.#watch.close(reason === 'closed')
    for (const region of this.#regions) region.release()
    // The watcher thread may write to a ring's address for a moment yet: that must stay ours, so the regions stay reachable.
    void this.#rest().then(() => this.#regions)
  }
}

function nativeEnds(handshaken: Handshaken): Ends {
  handshaken.peerProcess?.close()
  const control = new ControlSocket(handshaken.socket)
  const sleepers: NativeSleeper[] = []
  const lanes = handshaken.regions.map((region, lane): Lane => {
    const role = handshaken.roles[lane] as Role
    const { words } = region.memory
    const word = role === 'consumer' ? SleepWord.ofConsumer(words) : SleepWord.ofProducer(words)
    const peerAddress = region.addressOf(role === 'consumer' ? PRODUCER_WORD_OFFSET : CONSUMER_WORD_OFFSET)
    const sleeper = new NativeSleeper(word, region.addressOf(word.wordOffset))
    sleepers.push(sleeper)
    const wakePeer = (kind: number): void => {
      if (kind === WORD_DOORBELL) control.ring()
      else if (kind === WORD_FUTEX) futexWake(peerAddress, 1)
    }
    return { memory: region.memory, role, sleeper, wakePeer }
  })
  control.onBell = () => {
    for (const sleeper of sleepers) sleeper.bell()
  }
  return { lanes, watch: control, rest: async () => {} }
}

function foreignEnds(handshaken: Handshaken): Ends {
  handshaken.socket.close()
  const recordSleepers: ForeignRecordSleeper[] = []
  const lanes = handshaken.regions.map((region, lane): Lane => {
    const { memory } = region
    if (handshaken.roles[lane] === 'consumer') {
      const sleeper = new ForeignRecordSleeper(region)
      recordSleepers.push(sleeper)
      // A foreign producer sleeps on no word of ours: whatever its word says was put there to mislead us.
      return { memory, role: 'consumer', sleeper, wakePeer: () => {} }
    }
    const peerAddress = region.addressOf(CONSUMER_WORD_OFFSET)
    const wakePeer = (kind: number): void => {
      if (kind === WORD_FUTEX) futexWake(peerAddress, 1)
    }
    return { memory, role: 'producer', sleeper: new ForeignRoomSleeper(memory.words), wakePeer }
  })
  const rest = (): Promise<unknown> => Promise.all(recordSleepers.map((sleeper) => sleeper.release()))
  return { lanes, watch: new ForeignWatch(handshaken.peerProcess), rest }
}
