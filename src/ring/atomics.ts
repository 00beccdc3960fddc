/**
 * Every access to a word that both sides use, by what it orders.
 *
 * | edge             | one end                                   | other end                                       |
 * |------------------|-------------------------------------------|-------------------------------------------------|
 * | record-visible   | Producer: record, then storeRelease(head) | Consumer: loadAcquire(head), then record        |
 * | room-visible     | Consumer: storeRelease(tail) after reading| Producer: loadAcquire(tail), then overwrites    |
 * | no-lost-wake     | sleeper: storeRelease(word), loadAcquire(position, state) | waker: storeRelease(position or state), loadAcquire(word) |
 * | one-waker        | waker: exchangeIf(word, asleep, awake)    | sleeper: storeRelease(word)                     |
 *
 * JavaScript's Atomics are sequentially consistent, which is more than acquire and release. The no-lost-wake edge needs
 * that: each side stores one word and then loads the other, and no processor may let the load pass the store.
 */

export function loadAcquire(words: Int32Array, index: number): number {
  return Atomics.load(words, index)
}

export function storeRelease(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value)
}

export function storeReleaseLong(longs: BigInt64Array, index: number, value: bigint): void {
  Atomics.store(longs, index, value)
}

/** @returns whether the word held `expected`, and so holds `value` now */
export function exchangeIf(words: Int32Array, index: number, expected: number, value: number): boolean {
  return Atomics.compareExchange(words, index, expected, value) === expected
}

/**
 * A plain read: one `mov` where `loadAcquire` may be a call. It orders nothing, and two in a row may become one, so it
 * only says "worth a look"; what it saw is trusted after a `loadAcquire`.
 */
export function glance(words: Int32Array, index: number): number {
  return words[index] as number
}
