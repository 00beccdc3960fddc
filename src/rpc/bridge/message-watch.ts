import { HotWindow } from '../../bus/hot-window.js'
import type { BridgeSlot } from '../../transport/bridge-slot.js'
import { hasOneProcessor } from '../../transport/processors.js'
import { yieldProcessor } from '../../transport/slow-poll.js'

/** Looks in one turn of the event loop: less than a microsecond, and a turn without any takes as long. */
const looksPerTurn = 32
const pollMs = 4

/**
 * Tells when a slot has a message: looks again and again from the event loop while traffic is hot, then lets a thread
 * sleep for it. Where that thread has no place left, a timer looks.
 */
export class MessageWatch {
  readonly #slot: BridgeSlot
  readonly #window: HotWindow
  readonly #onMessage: () => void
  #immediate: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #armed = false

  /** @param hotUs 0 never to poll */
  constructor(slot: BridgeSlot, hotUs: number, onMessage: () => void) {
    this.#slot = slot
    this.#window = new HotWindow(hasOneProcessor() ? 0 : hotUs)
    this.#onMessage = onMessage
  }

  /** Calls `onMessage` once, from the event loop. Harmless while it is watching already. */
  start(): void {
    if (this.#immediate !== undefined || this.#timer !== undefined || this.#armed) return
    this.#window.open(performance.now())
    this.#look()
  }

  stop(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate)
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#immediate = undefined
    this.#timer = undefined
    if (!this.#armed) return
    this.#armed = false
    this.#slot.disarm()
  }

  #look(): void {
    const now = performance.now()
    if (this.#window.isOpen(now)) {
      this.#immediate = setImmediate(this.#turn)
      return
    }
    this.#window.miss(now)
    this.#armed = this.#slot.armForMessage(this.#wake)
    if (!this.#armed) this.#timer = setTimeout(this.#turn, pollMs).unref()
  }

  readonly #turn = (): void => {
    this.#immediate = undefined
    this.#timer = undefined
    for (let looks = 0; looks < looksPerTurn; looks++) {
      if (!this.#slot.hasMessage) continue
      this.#window.hit()
      this.#onMessage()
      return
    }
    // On one processor the other side cannot run before; on two it costs less than the turn.
    yieldProcessor()
    this.#look()
  }

  readonly #wake = (): void => {
    this.#armed = false
    this.#window.woken(performance.now())
    this.#onMessage()
  }
}
