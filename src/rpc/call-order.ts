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

  /** Whose turn comes last; undefined when there is none. */
  get last(): CorrelationId | undefined {
    return this.#first < this.#ids.length ? this.#ids[this.#ids.length - 1] : undefined
  }

  push(id: CorrelationId): void {
    this.#ids.push(id)
  }

  /** Among ids in ascending order: before those that are larger. */
  insert(id: number): void {
    let at = this.#ids.length
    while (at > this.#first && (this.#ids[at - 1] as CorrelationId) > id) at--
    this.#ids.splice(at, 0, id)
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
