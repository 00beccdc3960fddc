import type { EndpointOptions } from '../bus/endpoint-options.js'
import { sayGoodbyeAtExit } from '../bus/goodbye-at-exit.js'
import { Lifetime } from '../bus/lifetime.js'
import { checkInteger } from '../bus/option-values.js'
import { Receiver } from '../bus/receiver.js'
import { Sender } from '../bus/sender.js'
import type { Lane } from '../transport/link.js'
import type { MappedLink } from '../transport/mapped-link.js'

/** One end of a pair of rings: calls go one way, replies the other. */
export abstract class RpcEnd extends Lifetime {
  /** @internal */
  protected readonly sender: Sender
  /** @internal */
  protected readonly receiver: Receiver
  /** @internal */
  protected readonly waiting: { readonly hotUs: number; readonly neverSleep: boolean }
  readonly #link: MappedLink
  readonly #outgoing: Lane
  readonly #incoming: Lane

  /** @param link with two lanes */
  protected constructor(link: MappedLink, options: Required<EndpointOptions>) {
    super(link)
    const { hotUs, pureSpin: neverSleep, debug, allowStall } = options
    this.#link = link
    this.#outgoing = this.session.laneOf('producer') as Lane
    this.#incoming = this.session.laneOf('consumer') as Lane
    this.waiting = { hotUs, neverSleep }
    try {
      this.sender = new Sender(this.session, this.#outgoing, { hotUs, neverSleep: false, allowStall })
      this.receiver = new Receiver(this.session, this.#incoming, { hotUs, neverSleep, debug, correlated: true })
    } catch (error) {
      // A peer may have spoilt a ring by now: nobody gets this end, so nobody else can close it.
      this.session.close()
      throw error
    }
    sayGoodbyeAtExit(this.session)
    this.watches.push(this.sender.queue.watch, this.receiver.queue.watch)
  }

  /** The largest payload that can be sent: a call from a caller, a reply from a callee. */
  get maxPayloadBytes(): number {
    return this.sender.maxPayloadBytes
  }

  /** Size of the ring that this end writes. */
  get sendCapacityBytes(): number {
    return this.#outgoing.memory.capacityBytes
  }

  /** Size of the ring that this end reads. */
  get receiveCapacityBytes(): number {
    return this.#incoming.memory.capacityBytes
  }

  /** From now on what is sent becomes visible in groups: see `Bus.cork`. Corks nest. */
  cork(): void {
    this.sender.cork()
  }

  /** Ends one `cork`; the last one flushes. Harmless without a cork, and after the end. */
  uncork(): void {
    this.sender.uncork()
  }

  /** Makes all visible that was sent so far. @throws how the connection ended */
  flush(): void {
    this.sender.flush()
  }

  /**
   * Moves the memory of both rings to one NUMA node and keeps it there: best done before traffic.
   * @param node 0 and up
   * @throws `ERR_RINGWAY_SYSTEM` when the kernel refuses, `ERR_RINGWAY_INVALID_ARGUMENT`
   */
  setNumaNode(node: number): void {
    checkInteger('node', node)
    this.#link.bindToNumaNode(node)
  }
}
