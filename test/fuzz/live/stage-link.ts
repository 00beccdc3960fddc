import { futexWake, yieldCpu } from '../../../ffi/index.js'
import { Endpoint } from '../../../src/bus/endpoint.js'
import { type EndpointOptions, endpointDefaults } from '../../../src/bus/endpoint-options.js'
import {
  CONSUMER_WORD_OFFSET,
  PRODUCER_WORD_OFFSET,
  WORD_DOORBELL,
  WORD_FUTEX,
} from '../../../src/ring/ring-descriptor.js'
import type { RingMemory } from '../../../src/ring/ring-memory.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import type { Lane, Link, LinkEnd, PeerInfo, Sleeper } from '../../../src/transport/link.js'

/** Sleeps by the word in the attacker's memory; the bell that ends it is the test's to ring. */
class StageSleeper implements Sleeper {
  readonly canBlock = true
  readonly #word: SleepWord
  #wake: (() => void) | undefined

  constructor(word: SleepWord) {
    this.#word = word
  }

  /** Nobody would end it: what matters is what arming makes of the attacker's words. */
  sleepSync(seen: number): void {
    if (this.#word.arm(WORD_DOORBELL, seen)) this.#word.disarm()
  }

  arm(seen: number, wake: () => void): boolean {
    if (!this.#word.arm(WORD_DOORBELL, seen)) return false
    this.#wake = wake
    return true
  }

  disarm(): void {
    this.#wake = undefined
    this.#word.disarm()
  }

  ring(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/**
 * A link to the attacker over memory that both have mapped, without a socket: a handshake for each of millions of inputs
 * would take hours. The target `handshake` has the sockets.
 */
export class StageLink implements Link {
  readonly lanes: readonly [Lane]
  readonly peer: PeerInfo
  readonly end = undefined
  onEnd: ((end: LinkEnd) => void) | undefined
  readonly #sleeper: StageSleeper
  readonly #onRelease: () => void

  constructor(memory: RingMemory, address: bigint, role: Lane['role'], native: boolean, onRelease: () => void) {
    this.peer = { pid: 1, uid: 0, gid: 0, native }
    this.#onRelease = onRelease
    const { words } = memory
    this.#sleeper = new StageSleeper(role === 'consumer' ? SleepWord.ofConsumer(words) : SleepWord.ofProducer(words))
    const peerAddress = address + BigInt(role === 'consumer' ? PRODUCER_WORD_OFFSET : CONSUMER_WORD_OFFSET)
    const wakePeer = (kind: number): void => {
      if (kind === WORD_FUTEX) futexWake(peerAddress, 1)
    }
    this.lanes = [{ memory, role, sleeper: this.#sleeper, wakePeer }]
  }

  ring(): void {
    this.#sleeper.ring()
  }

  look(): void {}

  yieldCpu(): void {
    yieldCpu()
  }

  release(): void {
    this.#onRelease()
  }
}

export class StageBus extends Endpoint {
  readonly link: StageLink

  constructor(link: StageLink, options: EndpointOptions) {
    super(link, endpointDefaults(options))
    this.link = link
  }
}
