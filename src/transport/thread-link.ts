import { ErrorCode, RingwayError } from '../errors.js'
import { checkCapacity, checkRing, formatRing } from '../ring/arena-header.js'
import { exchangeIf, loadAcquire, storeRelease } from '../ring/atomics.js'
import {
  CONSUMER_SEAT_OFFSET,
  DATA_OFFSET,
  PRODUCER_SEAT_OFFSET,
  SEAT_FREE,
  SEAT_LEFT,
  SEAT_TAKEN,
  WORD_FUTEX,
} from '../ring/ring-descriptor.js'
import { RingMemory } from '../ring/ring-memory.js'
import { SleepWord } from '../ring/sleep-word.js'
import type { Lane, Link, LinkEnd, PeerInfo, Sleeper } from './link.js'

const wordBytes = Int32Array.BYTES_PER_ELEMENT
const seatOffset = { producer: PRODUCER_SEAT_OFFSET, consumer: CONSUMER_SEAT_OFFSET } as const

/** A ring's memory for two threads, formatted and empty. @throws `ERR_RINGWAY_INVALID_CAPACITY` */
export function allocateThreadRing(capacityBytes: number): SharedArrayBuffer {
  checkCapacity(capacityBytes)
  checkSharing()
  const buffer = new SharedArrayBuffer(DATA_OFFSET + capacityBytes)
  formatRing(new Int32Array(buffer), capacityBytes)
  return buffer
}

/** Sleeping by `Atomics.wait` and `Atomics.waitAsync`. The kind of sleep is always 1: whoever wakes notifies both. */
class ThreadSleeper implements Sleeper {
  readonly canBlock: boolean
  readonly #words: Int32Array
  readonly #sleepWord: SleepWord
  readonly #peerLeft: () => boolean
  #wake: (() => void) | undefined
  /** Cannot be taken back, and would swallow a notification if it were abandoned: there is one, and it is used again. */
  #waiting = false

  constructor(words: Int32Array, sleepWord: SleepWord, peerLeft: () => boolean) {
    this.#words = words
    this.#sleepWord = sleepWord
    this.#peerLeft = peerLeft
    this.canBlock = mayWait(words)
  }

  sleepSync(seen: number, sliceMs: number): void {
    if (!this.#arm(seen)) return
    Atomics.wait(this.#words, this.#index, WORD_FUTEX, sliceMs)
    this.#sleepWord.disarm()
  }

  arm(seen: number, wake: () => void): boolean {
    if (!this.#arm(seen)) return false
    this.#wake = wake
    return this.#waiting || this.#waitOnce()
  }

  disarm(): void {
    this.#wake = undefined
    this.#sleepWord.disarm()
  }

  get #index(): number {
    return this.#sleepWord.wordOffset / wordBytes
  }

  #arm(seen: number): boolean {
    if (!this.#sleepWord.arm(WORD_FUTEX, seen)) return false
    // SYNC peer-left: word, then seat; other end: ThreadLink.release stores the seat, then looks at the words.
    if (!this.#peerLeft()) return true
    this.#sleepWord.disarm()
    return false
  }

  /** @returns false when the word changed already: awake */
  #waitOnce(): boolean {
    const wait = Atomics.waitAsync(this.#words, this.#index, WORD_FUTEX)
    if (!wait.async) {
      this.#wake = undefined
      return false
    }
    this.#waiting = true
    void wait.value.then(() => this.#notified())
    return true
  }

  #notified(): void {
    this.#waiting = false
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** Two threads of one process, or two workers of a page, over a `SharedArrayBuffer`. Loads no FFI and no Node module. */
export class ThreadLink implements Link {
  readonly lanes: readonly [Lane]
  readonly peer: PeerInfo = { pid: 0, uid: 0, gid: 0, native: true }
  onEnd: ((end: LinkEnd) => void) | undefined
  readonly #words: Int32Array
  readonly #seat: number
  readonly #peerSeat: number
  #end: LinkEnd | undefined

  /**
   * Takes one of the two seats at the ring.
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT`, `ERR_RINGWAY_ABI_MISMATCH`, `ERR_RINGWAY_CORRUPT`, and `ERR_RINGWAY_WRONG_ROLE` when the seat was taken before
   */
  constructor(buffer: SharedArrayBuffer, role: Lane['role']) {
    const capacityBytes = capacityOf(buffer)
    const memory = new RingMemory(buffer, capacityBytes)
    checkRing(memory.words, capacityBytes)
    this.#words = memory.words
    this.#seat = seatOffset[role] / wordBytes
    this.#peerSeat = seatOffset[role === 'producer' ? 'consumer' : 'producer'] / wordBytes
    if (!exchangeIf(this.#words, this.#seat, SEAT_FREE, SEAT_TAKEN)) {
      throw new RingwayError(ErrorCode.wrongRole, `This ring has, or had, a ${role} already: a ring takes one of each`)
    }
    Atomics.notify(this.#words, this.#seat)
    const sleepWord = role === 'consumer' ? SleepWord.ofConsumer(memory.words) : SleepWord.ofProducer(memory.words)
    const peerSleep = role === 'consumer' ? SleepWord.ofProducer(memory.words) : SleepWord.ofConsumer(memory.words)
    const sleeper = new ThreadSleeper(memory.words, sleepWord, () => this.#peerLeft())
    const peerWord = peerSleep.wordOffset / wordBytes
    const wakePeer = () => void Atomics.notify(this.#words, peerWord)
    this.lanes = [{ memory, role, sleeper, wakePeer }]
    this.#watchPeerSeat()
    this.#wakeSleepers = () => {
      for (const word of [sleepWord, peerSleep]) {
        word.takeSleeper()
        Atomics.notify(this.#words, word.wordOffset / wordBytes)
      }
    }
  }

  readonly #wakeSleepers: () => void

  get end(): LinkEnd | undefined {
    return this.#end
  }

  look(): void {
    if (this.#end !== undefined || !this.#peerLeft()) return
    this.#end = 'peer-closed'
    this.onEnd?.(this.#end)
  }

  /** Nothing to call here: a thread that misses often goes to sleep in `Atomics.wait` soon. */
  yieldCpu(): void {}

  release(): void {
    this.onEnd = undefined
    // SYNC peer-left: seat, then the words; other end: ThreadSleeper.#arm.
    storeRelease(this.#words, this.#seat, SEAT_LEFT)
    Atomics.notify(this.#words, this.#seat)
    this.#wakeSleepers()
  }

  /** The peer comes, and leaves: the event loop learns of it although nobody waits for messages. */
  #watchPeerSeat(): void {
    const seat = loadAcquire(this.#words, this.#peerSeat)
    if (seat === SEAT_LEFT) {
      this.look()
      return
    }
    const wait = Atomics.waitAsync(this.#words, this.#peerSeat, seat)
    if (wait.async) void wait.value.then(() => this.#watchPeerSeat())
    else this.#watchPeerSeat()
  }

  #peerLeft(): boolean {
    return loadAcquire(this.#words, this.#peerSeat) === SEAT_LEFT
  }
}

/** @throws `ERR_RINGWAY_UNSUPPORTED` where threads cannot share memory, or sleep on it without blocking */
function checkSharing(): void {
  if (typeof SharedArrayBuffer !== 'function') {
    throw new RingwayError(
      ErrorCode.unsupported,
      'There is no SharedArrayBuffer here: browsers have it in pages that are cross-origin isolated. Serve the page, and its workers, with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    )
  }
  if (typeof Atomics.waitAsync !== 'function') {
    throw new RingwayError(ErrorCode.unsupported, 'There is no Atomics.waitAsync here: this browser is too old')
  }
}

/** Asks the engine itself, which forbids `Atomics.wait` to a page's main thread and to others. Never waits. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, 0, 0, 0)
    return true
  } catch {
    return false
  }
}

function capacityOf(buffer: unknown): number {
  checkSharing()
  if (!(buffer instanceof SharedArrayBuffer)) {
    throw new RingwayError(ErrorCode.invalidArgument, `A ThreadBus needs a SharedArrayBuffer, not ${typeof buffer}`)
  }
  const capacityBytes = buffer.byteLength - DATA_OFFSET
  try {
    checkCapacity(capacityBytes)
  } catch (cause) {
    throw new RingwayError(
      ErrorCode.invalidArgument,
      `A SharedArrayBuffer of ${buffer.byteLength} bytes is no ring: ThreadBus.allocate makes them of ${DATA_OFFSET} bytes and a power of two`,
      { cause },
    )
  }
  return capacityBytes
}
