import { onTestFinished } from 'vitest'
import { Endpoint } from '../../../src/bus/endpoint.js'
import { type EndpointOptions, endpointDefaults } from '../../../src/bus/endpoint-options.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { Producer } from '../../../src/ring/producer.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import type { Lane, Link, LinkEnd, PeerInfo, Sleeper } from '../../../src/transport/link.js'

/** Sleeps until the test says otherwise. */
export class ScriptedSleeper implements Sleeper {
  readonly canBlock = true
  armed = 0
  disarmed = 0
  sleepsSync = 0
  #wake: (() => void) | undefined

  get asleep(): boolean {
    return this.#wake !== undefined
  }

  sleepSync(): void {
    this.sleepsSync++
  }

  arm(_seen: number, wake: () => void): boolean {
    this.armed++
    this.#wake = wake
    return true
  }

  disarm(): void {
    this.disarmed++
    this.#wake = undefined
  }

  wake(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

const silent = { wakePeer: () => undefined, corrupt: () => undefined }

/** A link whose peer is the test: it writes or reads the ring at the other end, and ends the link when it likes. */
export class ScriptedLink implements Link {
  readonly lanes: readonly [Lane]
  readonly peer: PeerInfo
  readonly sleeper = new ScriptedSleeper()
  readonly memory: RingMemory
  end: LinkEnd | undefined
  onEnd: ((end: LinkEnd) => void) | undefined
  /** What happens when our side wakes the peer, and when it looks for it. */
  onWakePeer: () => void = () => undefined
  onLook: () => void = () => undefined
  looks = 0
  yields = 0
  released: 'closed' | 'corrupt' | undefined

  constructor(role: Lane['role'], capacityBytes = 1024, native = true) {
    this.peer = { pid: 4242, uid: 0, gid: 0, native }
    this.memory = new RingMemory(new ArrayBuffer(DATA_OFFSET + capacityBytes), capacityBytes)
    formatRing(this.memory.words, capacityBytes)
    this.lanes = [{ memory: this.memory, role, sleeper: this.sleeper, wakePeer: () => this.onWakePeer() }]
  }

  look(): void {
    this.looks++
    this.onLook()
  }

  yieldCpu(): void {
    this.yields++
  }

  release(reason: 'closed' | 'corrupt'): void {
    this.released = reason
  }

  finish(end: LinkEnd): void {
    if (this.end !== undefined) return
    this.end = end
    this.onEnd?.(end)
  }

  /** The other end of the ring, where this one consumes. */
  producer(): Producer {
    return new Producer(this.memory, silent)
  }

  /** The other end of the ring, where this one produces. */
  consumer(): Consumer {
    return new Consumer(this.memory, silent)
  }
}

export class ScriptedBus extends Endpoint {
  readonly link: ScriptedLink

  constructor(link: ScriptedLink, options: EndpointOptions = {}) {
    super(link, endpointDefaults(options))
    this.link = link
  }
}

interface ScriptedOptions {
  readonly capacityBytes?: number
  readonly native?: boolean
  /** What the peer has done by the time the bus is made. */
  readonly prepare?: (link: ScriptedLink) => void
}

/** A bus whose peer is the test; closed when the test ends. */
export function scriptedBus(
  role: Lane['role'],
  options: EndpointOptions & ScriptedOptions = {},
): { bus: ScriptedBus; link: ScriptedLink; sleeper: ScriptedSleeper } {
  const link = new ScriptedLink(role, options.capacityBytes, options.native)
  options.prepare?.(link)
  const bus = new ScriptedBus(link, options)
  onTestFinished(() => bus.close())
  return { bus, link, sleeper: link.sleeper }
}
