import { FutexWatcher } from './futex-watcher.js'
import { addressOf } from './libc/library.js'
import type { NamedSemaphore } from './named-semaphore.js'

/**
 * Tells an event loop that a semaphore has something to take, by the thread that sleeps for all rings: to it the value is
 * a position that moves away from 0. For semaphores that nobody else waits for: after `disarm` the thread may sleep on for
 * a while, and a post that wakes it wakes nobody else.
 */
export class SemaphoreWatch {
  readonly #semaphore: NamedSemaphore
  readonly #watcher: FutexWatcher
  /** The thread arms a word of its own beside each position; nobody else knows this one. */
  readonly #word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  readonly #id: number
  #armed = false

  /** @throws RangeError when the thread watches all that it can */
  constructor(semaphore: NamedSemaphore, watcher: FutexWatcher = FutexWatcher.shared()) {
    this.#semaphore = semaphore
    this.#watcher = watcher
    this.#id = watcher.add({ wordAddress: addressOf(this.#word), positionAddress: semaphore.valueAddress })
  }

  /** Calls `wake` once, from the event loop, when there is something to take, be it already. Arm it once at a time. */
  arm(wake: () => void): void {
    this.disarm()
    this.#armed = true
    this.#semaphore.enterSleep()
    this.#watcher.arm(this.#id, 0, () => {
      this.#awake()
      wake()
    })
  }

  disarm(): void {
    if (!this.#armed) return
    this.#watcher.disarm(this.#id)
    this.#awake()
  }

  /** Resolves when nothing here touches the semaphore any more, which may be closed then. */
  close(): Promise<void> {
    this.disarm()
    return this.#watcher.remove(this.#id)
  }

  #awake(): void {
    this.#armed = false
    this.#semaphore.leaveSleep()
  }
}
