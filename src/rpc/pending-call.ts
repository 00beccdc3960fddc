import type { IncomingStream, StreamListener } from './incoming-stream.js'
import type { WaitingFrame } from './outbox.js'

let lastResolve: (value: Uint8Array) => void
let lastReject: (reason: unknown) => void

/** One function for all promises: a closure for each would cost as much as the promise. */
function keepSettlers(resolve: (value: Uint8Array) => void, reject: (reason: unknown) => void): void {
  lastResolve = resolve
  lastReject = reject
}

/** A call that has no answer yet. Whoever takes it out of the call table settles it, so it is settled once. */
export class PendingCall {
  readonly id: number
  /** What was called: a message type or a name. */
  readonly target: number | string
  /** On the clock of `performance.now()`; infinity without a time-out. */
  readonly deadlineMs: number
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
  /** Whether there is a listener on its signal. */
  heard: boolean
  /** The request, while it waits for room. */
  frame: WaitingFrame | undefined

  constructor(
    id: number,
    target: number | string,
    deadlineMs: number,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.id = id
    this.target = target
    this.deadlineMs = deadlineMs
    this.timeoutMs = timeoutMs
    this.signal = signal
    this.heard = false
    this.frame = undefined
  }

  /** Names the call in messages. */
  get what(): string {
    return typeof this.target === 'string' ? `call of ${this.target}` : `call of type ${this.target}`
  }
}

/** A call that is answered once. */
export class UnaryCall extends PendingCall {
  readonly promise: Promise<Uint8Array>
  readonly resolve: (value: Uint8Array) => void
  readonly reject: (reason: unknown) => void

  constructor(
    id: number,
    target: number | string,
    deadlineMs: number,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ) {
    super(id, target, deadlineMs, timeoutMs, signal)
    this.promise = new Promise(keepSettlers)
    this.resolve = lastResolve
    this.reject = lastReject
  }
}

/** A call that is answered by a stream. */
export class StreamCall extends PendingCall implements IncomingStream {
  readonly listener: StreamListener
  readonly #grant: (call: StreamCall, items: number) => void
  readonly #cancel: (call: StreamCall) => void

  constructor(
    id: number,
    target: number | string,
    signal: AbortSignal | undefined,
    listener: StreamListener,
    hooks: { grant: (call: StreamCall, items: number) => void; cancel: (call: StreamCall) => void },
  ) {
    super(id, target, Number.POSITIVE_INFINITY, undefined, signal)
    this.listener = listener
    this.#grant = hooks.grant
    this.#cancel = hooks.cancel
  }

  grant(items: number): void {
    this.#grant(this, items)
  }

  cancel(): void {
    this.#cancel(this)
  }
}
