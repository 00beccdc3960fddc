import { Worker } from 'node:worker_threads'
import { futexWake } from './futex.js'
import { controlWord, runWatcherThread, sleepKind, slotState, type WatcherThreadData } from './futex-watcher-thread.js'
import { SYS_futex, SYS_futex_waitv } from './libc/constants.js'
import { addressOf, koffiPath } from './libc/library.js'
import { yieldCpu } from './yield.js'

/** Far more than it takes; only a thread that died in the middle of a few instructions stays busy for longer. */
const longestBusyYields = 10_000
/** Likewise: it takes a few milliseconds where koffi is loaded, and microseconds later. */
const longestCallMs = 1000

function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT))
}

/** One run of the watcher thread, and the memory through which it is told what to watch. */
export class FutexWatcherWorker {
  readonly #data: WatcherThreadData
  readonly #worker: Worker
  readonly #requestsAddress: bigint

  /**
   * @param onMessage the state of this slot has become `fired` or `free`
   * @param onEnd the thread has ended: told to, or not
   */
  constructor(slotCount: number, sliceMs: number, onMessage: (slot: number) => void, onEnd: () => void) {
    const control = sharedWords(controlWord.count)
    this.#requestsAddress = addressOf(control)
    this.#data = {
      koffiPath: koffiPath(),
      sysFutex: SYS_futex,
      sysFutexWaitv: SYS_futex_waitv,
      sliceMs,
      slotState,
      controlWord,
      sleepKind,
      control,
      states: sharedWords(slotCount),
      seen: sharedWords(slotCount),
      addresses: new BigUint64Array(new SharedArrayBuffer(2 * slotCount * BigUint64Array.BYTES_PER_ELEMENT)),
    }
    this.#worker = new Worker(`(${runWatcherThread.toString()})(require)`, {
      eval: true,
      workerData: this.#data,
      name: 'ringway-futex-watcher',
      // Loaders and hooks of the application are not for this thread.
      execArgv: [],
    })
    const end = (): void => this.#end()
    process.on('exit', end)
    this.#worker.on('message', onMessage)
    // Without a listener it would end the process; what it means is told by the exit that follows.
    this.#worker.on('error', () => undefined)
    this.#worker.on('exit', () => {
      process.off('exit', end)
      onEnd()
    })
    // Last: listening for messages refs the worker's port.
    this.#worker.unref()
  }

  arm(slot: number, wordAddress: bigint, positionAddress: bigint, seen: number): void {
    const { addresses, seen: seenPositions, states } = this.#data
    addresses[2 * slot] = wordAddress
    addresses[2 * slot + 1] = positionAddress
    Atomics.store(seenPositions, slot, seen)
    Atomics.store(states, slot, slotState.armed)
    this.#request()
  }

  /** When this returns, the thread does not touch the ring's words, though it may still sleep on them. */
  takeBack(slot: number): void {
    const { states } = this.#data
    for (let yields = 0; yields < longestBusyYields; yields++) {
      const state = Atomics.compareExchange(states, slot, slotState.armed, slotState.idle)
      if (state === slotState.fired) Atomics.store(states, slot, slotState.idle)
      if (state !== slotState.busy) return
      yieldCpu()
    }
  }

  /** Makes the thread drop its views of the ring's words; a message with the slot in state `free` says that it has. */
  forget(slot: number): void {
    Atomics.store(this.#data.states, slot, slotState.removing)
    // For as long as that takes, so that a program whose last act it is to wait for it sees it happen.
    this.#worker.ref()
    this.#request()
  }

  /** Every `forget` has been answered. */
  unref(): void {
    this.#worker.unref()
  }

  /** @returns whether the slot has fired, and not been taken back or armed anew since */
  takeFired(slot: number): boolean {
    const { states } = this.#data
    return Atomics.compareExchange(states, slot, slotState.fired, slotState.idle) === slotState.fired
  }

  isFree(slot: number): boolean {
    return Atomics.load(this.#data.states, slot) === slotState.free
  }

  stop(): void {
    Atomics.store(this.#data.control, controlWord.stop, 1)
    this.#request()
  }

  /**
   * A process that ends terminates its threads and waits for them. This one may be asleep in the kernel; or in koffi, which
   * aborts the process when it is terminated while it makes a function or a view.
   */
  #end(): void {
    const { control } = this.#data
    this.stop()
    // SYNC no-call-at-exit: stop, then whether the thread calls; other end: runWatcherThread.
    Atomics.wait(control, controlWord.calling, 1, longestCallMs)
  }

  /** Makes the thread look at all slots. */
  #request(): void {
    const { control } = this.#data
    // SYNC no-lost-request: requests, then sleeping; other end: the thread says how it sleeps, then compares requests.
    Atomics.add(control, controlWord.requests, 1)
    const sleeping = Atomics.load(control, controlWord.sleeping)
    if (sleeping === sleepKind.futex) futexWake(this.#requestsAddress, 1)
    else if (sleeping === sleepKind.atomics) Atomics.notify(control, controlWord.requests)
  }
}
