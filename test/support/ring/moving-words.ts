/**
 * Words that somebody else changes between two reads: a script says what each further read of a word sees. Reads and
 * writes outside the array fail the test, where a typed array would shrug. A test that uses this replaces the module of
 * atomics with `atomicsOn`, because `Atomics` takes no proxies.
 */
export interface MovingWords {
  readonly words: Int32Array
  /** The next reads of the word at this byte offset see these values, and the last of them stays. */
  script(offset: number, ...values: number[]): void
  /** How often the word at this byte offset was read. */
  reads(offset: number): number
  /** From now on so many reads of any word are allowed: one more fails the test, where a loop would go on for ever. */
  limitReads(most: number): void
}

const targets = new WeakMap<Int32Array, Int32Array>()

export function movingWords(target: Int32Array): MovingWords {
  const scripts = new Map<number, number[]>()
  const counts = new Map<number, number>()

  let readsLeft = Number.POSITIVE_INFINITY

  const read = (index: number): number => {
    if (--readsLeft < 0) throw new RangeError(`more reads than allowed, at word ${index}`)
    counts.set(index, (counts.get(index) ?? 0) + 1)
    const next = scripts.get(index)?.shift()
    if (next !== undefined) target[index] = next
    return target[index] as number
  }
  const words = new Proxy(target, {
    get(_, key) {
      const index = indexOf(key, target.length)
      if (index >= 0) return read(index)
      if (key === 'fill') return (value: number, from: number, to: number) => fill(target, value, from, to)
      if (key === 'set') return (values: ArrayLike<number>, from: number) => set(target, values, from)
      return Reflect.get(target, key, target)
    },
    set(_, key, value: number) {
      target[indexOf(key, target.length)] = value
      return true
    },
  })
  targets.set(words, target)
  return {
    words,
    script: (offset, ...values) => void scripts.set(offset / 4, values),
    reads: (offset) => counts.get(offset / 4) ?? 0,
    limitReads: (most) => {
      readsLeft = most
    },
  }
}

/** The module of atomics, for proxies: a look is an ordinary read of the proxy, so scripts and bounds hold for it too. */
export function atomicsOn(actual: typeof import('../../../src/ring/atomics.js')): typeof actual {
  const targetOf = (words: Int32Array) => targets.get(words) ?? words
  return {
    ...actual,
    loadAcquire: (words, index) => words[index] as number,
    storeRelease: (words, index, value) => {
      words[index] = value
    },
    exchangeIf: (words, index, expected, value) => actual.exchangeIf(targetOf(words), index, expected, value),
  }
}

function indexOf(key: string | symbol, length: number): number {
  if (typeof key === 'symbol' || !/^-?\d/.test(key)) return -1
  const index = Number(key)
  if (!Number.isInteger(index) || index < 0 || index >= length) throw new RangeError(`word ${key} of ${length}`)
  return index
}

function fill(target: Int32Array, value: number, from: number, to: number): void {
  if (from < 0 || to > target.length || from > to) throw new RangeError(`fill ${from}..${to} of ${target.length}`)
  target.fill(value, from, to)
}

function set(target: Int32Array, values: ArrayLike<number>, from: number): void {
  if (from < 0 || from + values.length > target.length) throw new RangeError(`set at ${from} of ${target.length}`)
  target.set(values, from)
}
