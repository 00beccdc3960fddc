/** Whether a turn of the event loop costs so little that looking again at each of them is worth while. */
export const hasImmediate = typeof setImmediate === 'function'

/** What `atNextTurn` returns, for `cancelTurn`. */
export type Turn = NodeJS.Immediate | OwnTurn

/** Calls back once the event loop has had its turn. */
export function atNextTurn(callback: () => void): Turn {
  if (hasImmediate) return setImmediate(callback)
  turns ??= new OwnTurns()
  return turns.add(callback)
}

/** Harmless after the turn. */
export function cancelTurn(turn: Turn): void {
  if (turn instanceof OwnTurn) turns?.remove(turn)
  else clearImmediate(turn)
}

class OwnTurn {
  readonly callback: () => void

  constructor(callback: () => void) {
    this.callback = callback
  }
}

/**
 * Turns of a browser's event loop, by messages to ourselves. Its timers will not do: one that was set by another is 4 ms
 * late, and in a hidden page a second, or a minute.
 */
class OwnTurns {
  readonly #channel = new MessageChannel()
  /** Oldest first. A message stands for "the next one", so what was removed costs a message that finds nothing. */
  readonly #waiting = new Set<OwnTurn>()

  constructor() {
    this.#channel.port1.onmessage = () => {
      for (const turn of this.#waiting) {
        this.#waiting.delete(turn)
        turn.callback()
        return
      }
    }
  }

  add(callback: () => void): OwnTurn {
    const turn = new OwnTurn(callback)
    this.#waiting.add(turn)
    this.#channel.port2.postMessage(undefined)
    return turn
  }

  remove(turn: OwnTurn): void {
    this.#waiting.delete(turn)
  }
}

/** Made when first needed. */
let turns: OwnTurns | undefined
