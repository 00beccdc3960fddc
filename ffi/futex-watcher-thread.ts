/** What a slot of the watcher is in; `states[slot]`, written by both threads as the arrows say. */
export const slotState = {
  /** Nobody's. Main thread → idle. */
  free: 0,
  /** A ring that waits for nothing. Main thread → armed, removing. */
  idle: 1,
  /** A ring to be watched. Main thread → idle; watcher → busy. */
  armed: 2,
  /** The watcher touches the ring's words; for a few instructions only. Watcher → armed, fired. */
  busy: 3,
  /** The position moved, and a message says so. Main thread → idle, armed, removing. */
  fired: 4,
  /** The watcher is to forget the ring's addresses. Watcher → free, and a message says so. */
  removing: 5,
} as const

/** Words of `control`, written by the main thread unless said otherwise. */
export const controlWord = {
  /** Counts requests; the watcher sleeps on it, besides on the rings. */
  requests: 0,
  /** How the watcher sleeps: one of `sleepKind`. Written by the watcher. */
  sleeping: 1,
  /** 1: the thread is to end. */
  stop: 2,
  /** 1: the thread may be inside koffi, and must not be terminated. Written by the watcher. */
  calling: 3,
  count: 4,
} as const

export const sleepKind = { awake: 0, futex: 1, atomics: 2 } as const

/** What the thread gets at its start; all arrays are shared with the main thread. */
export interface WatcherThreadData {
  readonly koffiPath: string
  readonly sysFutex: number
  readonly sysFutexWaitv: number
  readonly sliceMs: number
  readonly slotState: typeof slotState
  readonly controlWord: typeof controlWord
  readonly sleepKind: typeof sleepKind
  readonly control: Int32Array<SharedArrayBuffer>
  readonly states: Int32Array<SharedArrayBuffer>
  /** Low 32 bits of the position at which a slot was armed. */
  readonly seen: Int32Array<SharedArrayBuffer>
  /** Two a slot: of its word, of its position. */
  readonly addresses: BigUint64Array<SharedArrayBuffer>
}

/**
 * The whole program of the watcher thread. It travels as text, so it names nothing outside of itself: whatever it needs
 * comes through `load` (the thread's `require`) and its worker data.
 */
export function runWatcherThread(load: NodeJS.Require): void {
  const { parentPort, workerData } = load('node:worker_threads') as typeof import('node:worker_threads')
  const data = workerData as WatcherThreadData
  const { slotState, controlWord, sleepKind, control, states, seen, addresses } = data
  // SYNC no-call-at-exit: that this thread calls, then stop; other end: stop, then whether it calls.
  Atomics.store(control, controlWord.calling, 1)
  try {
    if (Atomics.load(control, controlWord.stop) === 0) watchRings()
  } finally {
    Atomics.store(control, controlWord.calling, 0)
    Atomics.notify(control, controlWord.calling)
  }

  function watchRings(): void {
    const koffi = load(data.koffiPath) as typeof import('koffi')
    const libc = koffi.load(null)
    const waitv = libc.func('syscall', 'long', ['long', 'void *', 'uint', 'uint', 'void *', 'int'])
    const wake = libc.func('syscall', 'long', ['long', 'uint64', 'int', 'uint'])
    const EAGAIN = 11
    const EINTR = 4
    const ETIMEDOUT = 110
    const CLOCK_MONOTONIC = 1
    const FUTEX_WAKE = 1
    const FUTEX2_SIZE_U32 = 2n

    const controlAddress = koffi.address(control)
    /** struct futex_waitv: expected value, address, flags. */
    const waiters = new BigUint64Array(3 * (2 * states.length + 1))
    const deadline = new BigInt64Array(2)
    /** The slots that `waiters` holds, two entries each. */
    const watched: number[] = []
    const words: (Int32Array | undefined)[] = []
    const positions: (Int32Array | undefined)[] = []

    const expectWord = (entry: number, address: bigint, expected: number): void => {
      waiters[3 * entry] = BigInt(expected >>> 0)
      waiters[3 * entry + 1] = address
      waiters[3 * entry + 2] = FUTEX2_SIZE_U32
    }

    /** Arms the word, looks at the position, and either tells the main thread or leaves the slot to be slept on. */
    const watch = (slot: number): void => {
      const wordAddress = addresses[2 * slot] ?? 0n
      const positionAddress = addresses[2 * slot + 1] ?? 0n
      words[slot] ??= new Int32Array(koffi.view(wordAddress, 4))
      positions[slot] ??= new Int32Array(koffi.view(positionAddress, 4))
      const word = words[slot]
      const position = positions[slot]
      // Between here and the end of busy, the main thread leaves the word alone, and waits if it wants it.
      if (Atomics.compareExchange(states, slot, slotState.armed, slotState.busy) !== slotState.armed) return
      const seenPosition = Atomics.load(seen, slot)
      if (Atomics.load(position, 0) === seenPosition) {
        // SYNC no-lost-wake: word, then position; other end: any producer, position, then word.
        Atomics.store(word, 0, 1)
        if (Atomics.load(position, 0) === seenPosition) {
          Atomics.store(states, slot, slotState.armed)
          // The word first: a producer that finds it wakes it, one that does not has moved the position before.
          expectWord(2 * watched.length, wordAddress, 1)
          expectWord(2 * watched.length + 1, positionAddress, seenPosition)
          watched.push(slot)
          return
        }
      }
      // A producer of the original never clears the word that it wakes, and would go on paying for wakes.
      Atomics.store(word, 0, 0)
      Atomics.store(states, slot, slotState.fired)
      parentPort?.postMessage(slot)
    }

    const forget = (slot: number): void => {
      words[slot] = undefined
      positions[slot] = undefined
      Atomics.store(states, slot, slotState.free)
      parentPort?.postMessage(slot)
    }

    const lookAtSlots = (): void => {
      watched.length = 0
      for (let slot = 0; slot < states.length; slot++) {
        const state = Atomics.load(states, slot)
        if (state === slotState.armed) watch(slot)
        else if (state === slotState.removing) forget(slot)
      }
    }

    /** @returns false when it was no wake that ended the sleep */
    const sleepOnWatched = (requests: number): boolean => {
      expectWord(2 * watched.length, controlAddress, requests)
      const [seconds, nanoseconds] = process.hrtime()
      const end = nanoseconds + data.sliceMs * 1e6
      deadline[0] = BigInt(seconds + Math.floor(end / 1e9))
      deadline[1] = BigInt(end % 1e9)
      const woken: number = waitv(data.sysFutexWaitv, waiters, 2 * watched.length + 1, 0, deadline, CLOCK_MONOTONIC)
      if (woken >= 0) return true
      const code = koffi.errno()
      // No memory, or an address that is not mapped any more: then this is a thread that polls.
      if (code !== EAGAIN && code !== EINTR && code !== ETIMEDOUT)
        Atomics.wait(control, controlWord.requests, requests, 4)
      return false
    }

    /**
     * What was taken back while we slept: a wake there was meant for whoever sleeps there now. The kernel names one of the
     * words that were woken, and it may have been several, ours among them.
     */
    const passOnWakes = (): void => {
      for (let entry = 0; entry < 2 * watched.length; entry++) {
        const slot = watched[entry >> 1] as number
        if (Atomics.load(states, slot) === slotState.armed) continue
        wake(data.sysFutex, waiters[3 * entry + 1], FUTEX_WAKE, 1)
      }
    }

    while (true) {
      // Before all that a request may be about: one that comes after this look ends the sleep.
      const requests = Atomics.load(control, controlWord.requests)
      if (Atomics.load(control, controlWord.stop) !== 0) return
      lookAtSlots()
      // SYNC no-lost-request: how this thread sleeps, then requests, compared by whoever lets it sleep; other end: #request.
      if (watched.length === 0) {
        // No limit: unlike a futex, this ends when the thread is terminated.
        Atomics.store(control, controlWord.sleeping, sleepKind.atomics)
        Atomics.wait(control, controlWord.requests, requests)
      } else {
        Atomics.store(control, controlWord.sleeping, sleepKind.futex)
        if (sleepOnWatched(requests)) passOnWakes()
      }
      Atomics.store(control, controlWord.sleeping, sleepKind.awake)
    }
  }
}
