const windowLength = 1024
const windowMask = windowLength - 1

/**
 * Values by correlation id, for ids that are handed out in order and given back soon: no allocation as long as no more than
 * `windowLength` ids lie between the oldest and the newest. Ids are integers from 1.
 */
export class IdTable<Value> {
  /** The id whose value is in this place; 0: none. */
  readonly #ids = new Float64Array(windowLength)
  readonly #values: (Value | undefined)[] = new Array<Value | undefined>(windowLength).fill(undefined)
  /** Those whose place a later id has taken. */
  readonly #stragglers = new Map<number, Value>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param id not in the table */
  add(id: number, value: Value): void {
    const place = id & windowMask
    const other = this.#ids[place] as number
    if (other !== 0) this.#stragglers.set(other, this.#values[place] as Value)
    this.#ids[place] = id
    this.#values[place] = value
    this.#size++
  }

  get(id: number): Value | undefined {
    const place = id & windowMask
    return this.#ids[place] === id && id !== 0 ? this.#values[place] : this.#stragglers.get(id)
  }

  /** @param id in the table */
  replace(id: number, value: Value): void {
    const place = id & windowMask
    if (this.#ids[place] === id) this.#values[place] = value
    else this.#stragglers.set(id, value)
  }

  /** @returns what was there; undefined when there was nothing */
  take(id: number): Value | undefined {
    const place = id & windowMask
    if (this.#ids[place] !== id || id === 0) return this.#takeStraggler(id)
    const value = this.#values[place]
    this.#ids[place] = 0
    this.#values[place] = undefined
    this.#size--
    return value
  }

  /** Of all that is there now; the table may be changed meanwhile. */
  values(): Value[] {
    const values = [...this.#stragglers.values()]
    for (let place = 0; place < windowLength; place++) {
      if (this.#ids[place] !== 0) values.push(this.#values[place] as Value)
    }
    return values
  }

  #takeStraggler(id: number): Value | undefined {
    const value = this.#stragglers.get(id)
    if (this.#stragglers.delete(id)) this.#size--
    return value
  }
}
