/** What the main thread of a page did, since it began, that could make it run again or let it sleep. */
export interface Instruments {
  /** Calls by the name of the function. */
  readonly calls: Record<string, number>
  /** Sleeps in `Atomics.waitAsync` by the index of their word: how many go on, and how many were ended by a wake. */
  readonly sleeps: Record<number, { pending: number; woken: number }>
}

declare global {
  var instruments: Instruments
}

/** Runs in the page before everything else; so it names nothing from outside itself. */
export function installInstruments(): void {
  const calls: Record<string, number> = {}
  const sleeps: Record<number, { pending: number; woken: number }> = {}
  globalThis.instruments = { calls, sleeps }

  const counted = (owner: object, name: string) => {
    const own = Reflect.get(owner, name)
    calls[name] = 0
    Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
      calls[name] = (calls[name] ?? 0) + 1
      return Reflect.apply(own, this, args)
    })
  }
  for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback', 'queueMicrotask']) {
    counted(globalThis, name)
  }
  counted(MessagePort.prototype, 'postMessage')

  const { waitAsync } = Atomics
  const watched = (words: Int32Array, index: number, value: number, timeoutMs?: number) => {
    const wait = waitAsync(words, index, value, timeoutMs)
    calls['waitAsync'] = (calls['waitAsync'] ?? 0) + 1
    if (!wait.async) return wait
    sleeps[index] ??= { pending: 0, woken: 0 }
    const sleep = sleeps[index]
    sleep.pending += 1
    void wait.value.then((how) => {
      sleep.pending -= 1
      if (how === 'ok') sleep.woken += 1
    })
    return wait
  }
  Reflect.set(Atomics, 'waitAsync', watched)
}
