import { ErrorCode, PeerDeadError, RingwayError } from '../errors.js'
import { isFatal } from '../ring/corruption.js'
import type { Lane, Link, LinkEnd } from '../transport/link.js'

/** How a bus ended. */
export type BusEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'peer-closed' }
  | { readonly kind: 'peer-exited' }
  | { readonly kind: 'peer-dead'; readonly error: RingwayError }
  | { readonly kind: 'corrupt'; readonly error: RingwayError }

/** `open`, or how the bus ended. */
export type BusState = 'open' | BusEnd['kind']

const failuresBeforeLook = 1024
const lookEveryMs = 10

/**
 * The life of one bus: open, until the first of the things that can end it. Whoever waits is told through `onEnd`; what
 * had been published can still be read, until `close`.
 */
export class Session {
  readonly link: Link
  readonly closed: Promise<BusEnd>
  #resolveClosed!: (end: BusEnd) => void
  #end: BusEnd | undefined
  #error: RingwayError | undefined
  #released: RingwayError | undefined
  readonly #onEnd: (() => void)[] = []
  /** `try` forms that failed in a row: only a caller that never returns to the event loop makes many. */
  #failures = 0
  #lastLookMs = 0

  constructor(link: Link) {
    this.link = link
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    link.onEnd = (end) => this.#finish(this.#describe(end))
    if (link.end !== undefined) this.#finish(this.#describe(link.end))
  }

  get state(): BusState {
    return this.#released ? 'closed' : (this.#end?.kind ?? 'open')
  }

  /** Set once the bus has ended in whatever way, and the same ever after: what every send then throws. */
  get error(): RingwayError | undefined {
    return this.#error
  }

  /** Set once we closed: nothing can be read any more. */
  get released(): RingwayError | undefined {
    return this.#released
  }

  /** Nothing is read or published any more: the ring's positions are not to be built upon. */
  get corrupted(): boolean {
    return this.#end?.kind === 'corrupt'
  }

  /** The stream ended in good order: a receive that finds nothing more says so with `undefined`. */
  get endedInOrder(): boolean {
    return !this.#released && (this.#end?.kind === 'peer-closed' || this.#end?.kind === 'peer-exited')
  }

  onEnd(listener: () => void): void {
    this.#onEnd.push(listener)
  }

  /** Asks at once whether the peer is still there, and whether it found the ring corrupt. */
  look(): void {
    if (this.#end !== undefined) return
    this.link.look()
    for (const { memory } of this.link.lanes) {
      if (this.#end === undefined && isFatal(memory)) {
        this.corrupt(new RingwayError(ErrorCode.corrupt, 'The ring is corrupt: the peer says so (state 4)'))
      }
    }
  }

  /** Counts a `try` that found nothing to do; looks for the peer now and then, as nobody else does in a tight loop. */
  failed(): void {
    if (++this.#failures < failuresBeforeLook) return
    this.#failures = 0
    const now = performance.now()
    if (now - this.#lastLookMs < lookEveryMs) return
    this.#lastLookMs = now
    this.look()
  }

  succeeded(): void {
    this.#failures = 0
  }

  corrupt(error: RingwayError): void {
    this.#finish({ kind: 'corrupt', error })
  }

  /** @returns false when it was closed before */
  close(): boolean {
    if (this.#released) return false
    this.#released = new RingwayError(ErrorCode.closed, 'The bus is closed')
    const reason = this.#end?.kind === 'corrupt' ? 'corrupt' : 'closed'
    this.#finish({ kind: 'closed' })
    for (const listener of this.#onEnd) listener()
    this.link.release(reason)
    return true
  }

  laneOf(role: Lane['role']): Lane | undefined {
    return this.link.lanes.find((lane) => lane.role === role)
  }

  #finish(end: BusEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#error = this.#errorOf(end)
    this.#resolveClosed(end)
    if (end.kind !== 'closed') for (const listener of this.#onEnd) listener()
  }

  #errorOf(end: BusEnd): RingwayError {
    const { pid } = this.link.peer
    switch (end.kind) {
      case 'closed':
        return this.#released as RingwayError
      case 'peer-closed':
        return new RingwayError(ErrorCode.peerClosed, `The peer (pid ${pid}) closed its end`)
      case 'peer-exited':
        return new PeerDeadError(`The peer (pid ${pid}) has exited`, { code: ErrorCode.peerExited })
      default:
        return end.error
    }
  }

  #describe(end: LinkEnd): BusEnd {
    if (end !== 'peer-dead') return { kind: end }
    const { pid } = this.link.peer
    return { kind: end, error: new PeerDeadError(`The peer (pid ${pid}) died without a goodbye`) }
  }
}
