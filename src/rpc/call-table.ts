import { IdTable } from './id-table.js'
import type { PendingCall } from './pending-call.js'

/**
 * Time-outs are looked at together, this often at most: nobody minds that a call fails so much later. So are signals, until
 * their call is old enough to be worth a listener: one costs more than a call, and most calls are answered before.
 */
const sweepEveryMs = 5
const longestTimerMs = 0x7fff_ffff

export interface CallTableEvents {
  /** The call's time is up. It is no longer in the table. */
  expired(call: PendingCall): void
  /** The call's signal was aborted. It is no longer in the table. */
  aborted(call: PendingCall, reason: unknown): void
}

/** Calls of one signal: it has one listener, however many calls it has. */
class SignalGroup {
  readonly calls = new Set<PendingCall>()
  readonly #signal: AbortSignal
  readonly #onAbort: () => void

  constructor(signal: AbortSignal, onAbort: (group: SignalGroup) => void) {
    this.#signal = signal
    this.#onAbort = () => onAbort(this)
    signal.addEventListener('abort', this.#onAbort)
  }

  dispose(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}

/**
 * The calls that have no answer yet, by id. A call leaves it once, and whoever it is that takes it out settles it: the reply,
 * the sweep, the signal, or the end of the connection.
 */
export class CallTable {
  readonly #calls = new IdTable<PendingCall>()
  readonly #groups = new Map<AbortSignal, SignalGroup>()
  readonly #events: CallTableEvents
  /** Calls with a signal that nothing listens to yet: the next sweep is near. */
  #unheard = false
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer fires; infinity: there is none. No call in the table is due before it, but for `sweepEveryMs`. */
  #sweepMs = Number.POSITIVE_INFINITY

  constructor(events: CallTableEvents) {
    this.#events = events
  }

  get size(): number {
    return this.#calls.size
  }

  add(call: PendingCall): void {
    this.#calls.add(call.id, call)
    if (call.deadlineMs < this.#sweepMs) this.#sweepAt(call.deadlineMs)
    if (call.signal === undefined || this.#unheard) return
    this.#unheard = true
    this.#sweepAt(0)
  }

  get(id: number): PendingCall | undefined {
    return this.#calls.get(id)
  }

  /** @returns undefined when it was settled, or there never was such a call */
  take(id: number): PendingCall | undefined {
    const call = this.#calls.take(id)
    if (call?.heard === true) this.#unwatch(call, call.signal as AbortSignal)
    return call
  }

  /** Takes all. */
  clear(): PendingCall[] {
    const calls = this.#calls.values()
    for (const { id } of calls) this.take(id)
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sweepMs = Number.POSITIVE_INFINITY
    this.#unheard = false
    return calls
  }

  #sweepAt(timeMs: number): void {
    const now = performance.now()
    const restMs = Math.min(Math.max(Math.ceil(timeMs - now), sweepEveryMs), longestTimerMs)
    if (this.#timer !== undefined) {
      // It fires soon enough: the sweep then sets the next.
      if (this.#sweepMs <= now + restMs) return
      clearTimeout(this.#timer)
    }
    this.#sweepMs = now + restMs
    this.#timer = setTimeout(this.#sweep, restMs)
    // What keeps the process alive is who waits for the reply, as long as he may.
    this.#timer.unref()
  }

  readonly #sweep = (): void => {
    this.#timer = undefined
    this.#sweepMs = Number.POSITIVE_INFINITY
    const now = performance.now()
    let nextMs = Number.POSITIVE_INFINITY
    this.#unheard = false
    for (const call of this.#calls.values()) {
      const { signal } = call
      if (signal?.aborted) {
        if (this.take(call.id) !== undefined) this.#events.aborted(call, signal.reason)
      } else if (call.deadlineMs <= now) {
        if (this.take(call.id) !== undefined) this.#events.expired(call)
      } else {
        nextMs = Math.min(nextMs, call.deadlineMs)
        if (signal !== undefined && !call.heard) this.#watch(call, signal)
      }
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#sweepAt(nextMs)
  }

  #watch(call: PendingCall, signal: AbortSignal): void {
    let group = this.#groups.get(signal)
    if (group === undefined) {
      group = new SignalGroup(signal, (aborted) => {
        for (const { id } of [...aborted.calls]) {
          const taken = this.take(id)
          if (taken !== undefined) this.#events.aborted(taken, signal.reason)
        }
      })
      this.#groups.set(signal, group)
    }
    group.calls.add(call)
    call.heard = true
  }

  #unwatch(call: PendingCall, signal: AbortSignal): void {
    const group = this.#groups.get(signal)
    group?.calls.delete(call)
    if (group?.calls.size !== 0) return
    group.dispose()
    this.#groups.delete(signal)
  }
}
