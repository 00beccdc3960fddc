import { hasFutexWaitv } from './futex.js'
import { FutexWatcherWorker } from './futex-watcher-worker.js'
import { viewOf } from './libc/library.js'

/** Where a ring's sleeper is woken. Both addresses must stay mapped until `remove` has resolved. */
export interface WatchedRing {
  /** Holds 1 while the sleeper sleeps. */
  readonly wordAddress: bigint
  /** The position that the other side moves: its low 32 bits. */
  readonly positionAddress: bigint
}

export interface FutexWatcherOptions {
  /** false: a timer instead of a thread, as where the kernel has no futex_waitv. Default: true */
  readonly useThread?: boolean
  /** How long the thread outlives the last ring. Default: 1000 */
  readonly idleMs?: number
  /** How long the thread sleeps in the kernel at most, before it passes through JavaScript. Default: 200 */
  readonly sliceMs?: number
}

interface Slot extends WatchedRing {
  readonly word: Int32Array
  readonly position: Int32Array
  /** The position at which it was armed; meaningless while `onWake` is undefined. */
  seen: number
  /** Undefined: not armed. */
  onWake: (() => void) | undefined
  /** The thread may hold views of the addresses. */
  shownToThread: boolean
  /** Defined: on its way out. */
  onRemoved: (() => void) | undefined
}

/** futex_waitv takes 128 words: two for each ring, and one for us. */
const maxRings = 63
const pollMs = 3
const sharedKey = Symbol.for('ringway.futex-watcher')

function wordAt(address: bigint): Int32Array {
  return new Int32Array(viewOf(address, Int32Array.BYTES_PER_ELEMENT))
}

/**
 * Wakes the event loop for rings whose other side can do nothing but wake a futex. One thread sleeps for all of them. It
 * arms each ring's word itself and the kernel compares the position too, because a producer that never clears the word
 * would otherwise be missed between the arming and the sleeping. Where the kernel cannot wait on several words at once,
 * a timer looks every few milliseconds instead.
 *
 * Neither the thread nor the timer keeps the process alive.
 */
export class FutexWatcher {
  readonly #slots: (Slot | undefined)[] = new Array(maxRings).fill(undefined)
  readonly #idleMs: number
  readonly #sliceMs: number
  #useThread: boolean
  #thread: FutexWatcherWorker | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #pollTimer: NodeJS.Timeout | undefined
  #rings = 0
  #removals = 0

  constructor(options: FutexWatcherOptions = {}) {
    this.#useThread = (options.useThread ?? true) && hasFutexWaitv()
    this.#idleMs = options.idleMs ?? 1000
    this.#sliceMs = options.sliceMs ?? 200
  }

  /** The one of this JavaScript thread, whichever copy of this module made it. */
  static shared(): FutexWatcher {
    const holder = globalThis as { [sharedKey]?: FutexWatcher }
    holder[sharedKey] ??= new FutexWatcher()
    return holder[sharedKey]
  }

  /** @returns an id for the other methods. @throws RangeError for the 64th ring */
  add(ring: WatchedRing): number {
    const id = this.#slots.indexOf(undefined)
    if (id === -1) throw new RangeError(`one thread can watch ${maxRings} rings whose peers can only wake a futex`)
    const { wordAddress, positionAddress } = ring
    this.#slots[id] = {
      wordAddress,
      positionAddress,
      word: wordAt(wordAddress),
      position: wordAt(positionAddress),
      seen: 0,
      onWake: undefined,
      shownToThread: false,
      onRemoved: undefined,
    }
    this.#rings++
    clearTimeout(this.#idleTimer)
    return id
  }

  /**
   * Calls `onWake` once, from the event loop, when the position differs from `seen`, be it already. Until then, or until
   * it is disarmed, the word belongs to the watcher. Arming what is armed replaces it.
   */
  arm(id: number, seen: number, onWake: () => void): void {
    const slot = this.#slot(id)
    this.#thread?.takeBack(id)
    slot.seen = seen | 0
    slot.onWake = onWake
    const thread = this.#startedThread()
    if (thread === undefined) this.#startPolling()
    else {
      slot.shownToThread = true
      thread.arm(id, slot.wordAddress, slot.positionAddress, slot.seen)
    }
  }

  /** Takes back `arm`: when this returns, the word says awake, and belongs to the caller. Harmless when not armed. */
  disarm(id: number): void {
    this.#takeBack(id, this.#slot(id))
  }

  /** Disarms, and resolves when nothing here can touch the addresses any more. */
  remove(id: number): Promise<void> {
    const slot = this.#slot(id)
    this.#takeBack(id, slot)
    if (this.#thread === undefined || !slot.shownToThread) {
      this.#free(id)
      return Promise.resolve()
    }
    this.#removals++
    this.#thread.forget(id)
    return new Promise((resolve) => {
      slot.onRemoved = resolve
    })
  }

  #slot(id: number): Slot {
    const slot = this.#slots[id]
    if (slot === undefined || slot.onRemoved !== undefined) throw new RangeError(`no ring with id ${id} is watched`)
    return slot
  }

  #takeBack(id: number, slot: Slot): void {
    this.#thread?.takeBack(id)
    if (slot.onWake === undefined) return
    slot.onWake = undefined
    // Not a plain store: whoever woke it has cleared it, and 2 means that its owner never sleeps.
    Atomics.compareExchange(slot.word, 0, 1, 0)
  }

  #free(id: number): void {
    this.#slots[id] = undefined
    this.#rings--
    if (this.#rings > 0 || this.#thread === undefined) return
    clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => {
      const thread = this.#thread
      this.#thread = undefined
      thread?.stop()
    }, this.#idleMs).unref()
  }

  #wake(slot: Slot): void {
    const { onWake } = slot
    slot.onWake = undefined
    onWake?.()
  }

  #startedThread(): FutexWatcherWorker | undefined {
    if (this.#thread !== undefined || !this.#useThread) return this.#thread
    try {
      const thread = new FutexWatcherWorker(
        maxRings,
        this.#sliceMs,
        (id) => this.#onMessage(thread, id),
        () => this.#onThreadEnd(thread),
      )
      this.#thread = thread
    } catch {
      // No threads here, as under Node's permission model: the timer serves.
      this.#useThread = false
    }
    return this.#thread
  }

  #onMessage(thread: FutexWatcherWorker, id: number): void {
    const slot = this.#slots[id]
    // A message may have been overtaken by disarm, another arm or remove: the state says what is true now.
    if (thread !== this.#thread || slot === undefined) return
    if (thread.takeFired(id)) this.#wake(slot)
    else if (slot.onRemoved !== undefined && thread.isFree(id)) this.#finishRemoval(id, slot)
  }

  #finishRemoval(id: number, slot: Slot): void {
    this.#removals--
    if (this.#removals === 0) this.#thread?.unref()
    this.#free(id)
    slot.onRemoved?.()
  }

  #onThreadEnd(thread: FutexWatcherWorker): void {
    if (thread !== this.#thread) return
    // Nobody told it to: it could not load the C library, or ran out of memory. The timer serves from now on.
    this.#thread = undefined
    this.#useThread = false
    for (const [id, slot] of this.#slots.entries()) if (slot?.onRemoved !== undefined) this.#finishRemoval(id, slot)
    if (this.#slots.some((slot) => slot?.onWake !== undefined)) this.#startPolling()
  }

  #startPolling(): void {
    this.#pollTimer ??= setInterval(() => this.#poll(), pollMs).unref()
  }

  #poll(): void {
    for (const slot of this.#slots) {
      if (slot?.onWake !== undefined && Atomics.load(slot.position, 0) !== slot.seen) this.#wake(slot)
    }
    if (this.#slots.some((slot) => slot?.onWake !== undefined)) return
    clearInterval(this.#pollTimer)
    this.#pollTimer = undefined
  }
}
