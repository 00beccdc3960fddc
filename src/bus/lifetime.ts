import type { Link, PeerInfo } from '../transport/link.js'
import type { LoopWatch } from './loop-watch.js'
import { type BusEnd, type BusState, Session } from './session.js'

/** What every end of a connection has: a peer, a beginning and an end. */
export abstract class Lifetime implements Disposable, AsyncDisposable {
  /** @internal */
  protected readonly session: Session
  /** Of every promise form that may wait. @internal */
  protected readonly watches: LoopWatch[] = []

  protected constructor(link: Link) {
    this.session = new Session(link)
  }

  /** `open`, or how it ended. */
  get state(): BusState {
    return this.session.state
  }

  /** Resolves, once, with how the bus ended; never rejects. What was published before can still be received then. */
  get closed(): Promise<BusEnd> {
    return this.session.closed
  }

  /** Who is at the other end. */
  get peer(): PeerInfo {
    return this.session.link.peer
  }

  /** Sends what is corked, says goodbye, ends every wait and every guard, and gives the memory back. Harmless when repeated. */
  close(): void {
    this.session.close()
  }

  /** Lets pending waits keep the process alive (the default). */
  ref(): this {
    for (const watch of this.watches) watch.ref()
    return this
  }

  /** Lets the process exit although something waits here. Waits then sleep at once instead of polling first. */
  unref(): this {
    for (const watch of this.watches) watch.unref()
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
