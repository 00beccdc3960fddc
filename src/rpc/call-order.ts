import type { CorrelationId } from '../ring/correlation.js'

/** Enough garbage at the front to be worth a copy of the rest. */
const compactFrom = 1024

/** The ids of calls in their order, first in, first out: what a foreign peer goes by. */
export class CallOrder {
  #ids: CorrelationId[] = []
  #first = 0

  /** Whose turn it is; undefined when there is none. */
  get next(): CorrelationId | undefined {
    return this.#ids[this.#first]
  }

  push(id: CorrelationId): void {
    this.#ids.push(id)
  }

  shift(): CorrelationId | undefined {
    const id = this.#ids[this.#first]
    if (id === undefined) return undefined
    if (++this.#first >= compactFrom) {
      this.#ids = this.#ids.slice(this.#first)
      this.#first = 0
    }
    return id
  }

  /** Back to the front: what was to take its turn did not. */
  unshift(id: CorrelationId): void {
    if (this.#first === 0) this.#ids.unshift(id)
    else this.#ids[--this.#first] = id
  }

  has(id: CorrelationId): boolean {
    return this.#ids.indexOf(id, this.#first) >= 0
  }

  /** The call was never sent. */
  remove(id: CorrelationId): void {
    const at = this.#ids.indexOf(id, this.#first)
    if (at >= 0) this.#ids.splice(at, 1)
  }
}
