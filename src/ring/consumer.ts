import { glance, loadAcquire, storeRelease } from './atomics.js'
import { type CorrelationId, readCorrelation } from './correlation.js'
import { declareCorrupt } from './corruption.js'
import { advance, distance, PublishedPosition } from './position.js'
import { RECORDS_PER_PUBLICATION } from './publication.js'
import { HEADER_LENGTH, RESERVED_OFFSET, SIZE_OFFSET, SKIP_MARKER, TYPE_OFFSET } from './record-descriptor.js'
import {
  ALIGNMENT,
  CONSUMER_WORD_OFFSET,
  DATA_OFFSET,
  HEAD_OFFSET,
  TAIL_OFFSET,
  WORD_AWAKE,
  WORD_PURE_SPIN,
} from './ring-descriptor.js'
import type { RingMemory } from './ring-memory.js'
import type { RingSignals } from './ring-signals.js'
import { SleepWord } from './sleep-word.js'

/** Called with memory that the peer may change at any moment: read each byte once, and decode copies only. */
export type RecordHandler = (view: DataView, offset: number, size: number, typeId: number) => void

export interface ConsumerOptions {
  /** Never sleep, and tell the producer so: it then leaves out its look for a sleeper. */
  readonly pureSpin?: boolean
}

/** The reading end of a ring. One per ring, ever; not safe to share between threads. */
export class Consumer {
  readonly capacityBytes: number
  readonly sleepWord: SleepWord

  readonly #memory: RingMemory
  readonly #signals: RingSignals
  readonly #producerSleep: SleepWord
  readonly #words: Int32Array
  readonly #view: DataView
  readonly #mask: number
  readonly #quarter: number
  readonly #half: number
  readonly #published: PublishedPosition
  /** The end of the last record committed. Runs ahead of the published tail. */
  #tail: number
  /** Our copy of the head. May lag behind the shared word, never runs ahead: what we see in the ring is really there. */
  #cachedHead: number
  /** Records committed and not yet published, 0 to 32. */
  #unpublished = 0
  /** Of the record last peeked, checked: length of its slot, of its payload, and its type as a signed word. */
  #reserved = 0
  #size = 0
  #type = 0
  /** Index of its header's first word. */
  #header = 0
  /** Of use to nobody: it keeps a read that is made for the cache alone. */
  touched = 0
  /** Slots behind the tail are still being read: nothing is published by the way. */
  #held = false
  #stopped = false

  constructor(memory: RingMemory, signals: RingSignals, options: ConsumerOptions = {}) {
    this.#memory = memory
    this.#signals = signals
    this.#words = memory.words
    this.#view = memory.view
    this.capacityBytes = memory.capacityBytes
    this.#mask = memory.capacityBytes - 1
    this.#quarter = memory.capacityBytes / 4
    this.#half = memory.capacityBytes / 2
    this.sleepWord = SleepWord.ofConsumer(memory.words)
    this.#producerSleep = SleepWord.ofProducer(memory.words)
    this.#published = new PublishedPosition(memory, TAIL_OFFSET)
    this.#tail = this.#published.low
    this.#cachedHead = this.#tail
    storeRelease(memory.words, CONSUMER_WORD_OFFSET >>> 2, options.pureSpin ? WORD_PURE_SPIN : WORD_AWAKE)
  }

  /** Position of the head as last seen: what a wait for records waits to see moved. */
  get seenHead(): number {
    return this.#cachedHead
  }

  /** Payload length of the record last peeked. */
  get size(): number {
    return this.#size
  }

  /** Type of the record last peeked. */
  get typeId(): number {
    return this.#type >>> 0
  }

  /** Id of the call or reply last peeked; in plain messages anything. Read from shared memory: ask once. */
  get correlationId(): CorrelationId {
    return readCorrelation(this.#words, this.#header)
  }

  /** Bytes published and not yet consumed. The producer may add some at any moment, and can take none away. */
  get bytesUsed(): number {
    // Never more than the ring, whatever a hostile peer writes.
    return Math.min(distance(this.#tail, loadAcquire(this.#words, HEAD_OFFSET >>> 2)), this.capacityBytes)
  }

  /** Nothing more is read or published: `consume` ends after the handler that is running. */
  stop(): void {
    this.#stopped = true
  }

  /**
   * Looks for the next record and checks its header; `size` and `typeId` then describe it. Peeking again finds the same
   * record until `commit`.
   * @returns index of the payload in the data area, or −1 when there is none
   * @throws `ERR_RINGWAY_CORRUPT`
   */
  peek(): number {
    if (this.#tail === this.#cachedHead && !this.#reloadHead()) return -1
    const index = this.#tail & this.#mask
    const header = (DATA_OFFSET + index) >>> 2
    const size = this.#words[header + (SIZE_OFFSET >>> 2)] as number
    if (size === (SKIP_MARKER | 0)) return this.#peekAfterSkip(index)
    return this.#check(index, header, size >>> 0)
  }

  /** Consumes the record last peeked. Its slot may be overwritten as soon as the tail is published. */
  commit(): void {
    this.advance()
    this.publishIfDue()
  }

  /** Goes past the record last peeked, which stays readable until the tail is published. */
  advance(): void {
    this.#tail = advance(this.#tail, this.#reserved)
    this.#unpublished++
  }

  /** Until the next `publishIfDue` or `publish`, records that are advanced past stay readable. */
  hold(): void {
    this.#held = true
  }

  /** The publication that cannot be put off: 32 records, a quarter of the ring, or more than half of it in use. */
  publishIfDue(): void {
    this.#held = false
    if (
      this.#unpublished >= RECORDS_PER_PUBLICATION ||
      distance(this.#published.low, this.#tail) >= this.#quarter ||
      distance(this.#published.low, this.#cachedHead) > this.#half
    ) {
      this.publish()
    }
  }

  /** Gives the producer the room of all that was consumed, and wakes it if it waits for room. */
  publish(): void {
    this.#held = false
    if (this.#published.low === this.#tail || this.#stopped) return
    this.#unpublished = 0
    // SYNC room-visible: all reads of the slots, then tail; other end: Producer.#reloadTail.
    this.#published.publish(this.#tail)
    const word = this.#producerSleep.takeSleeper()
    if (word !== 0) this.#signals.wakePeer(word)
  }

  /**
   * A glance, for loops that wait: true may be wrong a moment later, false is to be confirmed. Gives back the room of all
   * that was consumed when there is nothing else to do.
   */
  looksEmpty(): boolean {
    if (glance(this.#words, HEAD_OFFSET >>> 2) !== this.#tail) return false
    if (this.#published.low !== this.#tail && !this.#held) this.publish()
    // The record will be in another cache line than the head: ask for both at once, not for one after the other.
    else this.touched = glance(this.#words, (DATA_OFFSET + (this.#tail & this.#mask)) >>> 2)
    return true
  }

  /**
   * Hands each record to `handler`, without a copy and without allocating, and consumes it when the handler returns or
   * throws. Stops at the head seen at the beginning, so a producer that never rests cannot keep it here.
   * @returns how many records were handed over
   */
  consume(handler: RecordHandler, maxMessages: number): number {
    return this.looksEmpty() ? 0 : this.consumeSeen(handler, maxMessages)
  }

  /** The same for callers who have just had `looksEmpty` say no. */
  consumeSeen(handler: RecordHandler, maxMessages: number): number {
    if (!this.#reloadHead()) return 0
    const view = this.#view
    const end = this.#cachedHead
    let handled = 0
    // A distance, not `tail !== end`: after a skip the tail may pass `end` by a record that was published meanwhile.
    while (!this.#stopped && handled < maxMessages && (distance(this.#tail, end) - 1) >>> 0 < this.capacityBytes) {
      const offset = this.peek()
      if (offset < 0) break
      handled++
      try {
        handler(view, offset, this.#size, this.#type >>> 0)
      } finally {
        if (!this.#stopped) this.commit()
      }
    }
    return handled
  }

  /** Payload of the record last peeked, as memory that the peer can change. */
  payload(offset: number): Uint8Array {
    return this.#memory.bytes.subarray(offset, offset + this.#size)
  }

  #peekAfterSkip(index: number): number {
    const toEnd = this.capacityBytes - index
    const available = distance(this.#tail, this.#cachedHead)
    if (index === 0 || toEnd > available) {
      throw this.#corrupt(`a skip marker at index ${index}, ${available} bytes before the head`)
    }
    this.#tail = advance(this.#tail, toEnd)
    // A stock producer that rolls back after a skip leaves the marker as the last thing: look for the head again.
    if (this.#tail === this.#cachedHead && !this.#reloadHead()) return -1
    const header = DATA_OFFSET >>> 2
    const size = this.#words[header + (SIZE_OFFSET >>> 2)] as number
    if (size === (SKIP_MARKER | 0)) throw this.#corrupt('a skip marker at index 0')
    return this.#check(0, header, size >>> 0)
  }

  /** The header's words were each read once, into these parameters and `reserved`: what is checked is what is used. */
  #check(index: number, header: number, size: number): number {
    const type = this.#words[header + (TYPE_OFFSET >>> 2)] as number
    const reserved = (this.#words[header + (RESERVED_OFFSET >>> 2)] as number) >>> 0
    if (
      reserved < HEADER_LENGTH ||
      (reserved & (ALIGNMENT - 1)) !== 0 ||
      reserved > this.capacityBytes - index ||
      reserved > distance(this.#tail, this.#cachedHead) ||
      size > reserved - HEADER_LENGTH
    ) {
      throw this.#corruptRecord(index, size, reserved)
    }
    this.#header = header
    this.#type = type
    this.#size = size
    this.#reserved = reserved
    return index + HEADER_LENGTH
  }

  /** @returns whether there is a record; when there is none, the room of all that was consumed is given back */
  #reloadHead(): boolean {
    // SYNC record-visible: head, then records; other end: Producer.publish.
    const head = loadAcquire(this.#words, HEAD_OFFSET >>> 2)
    const available = distance(this.#tail, head)
    if (available === 0) {
      if (!this.#held) this.publish()
      return false
    }
    // Against the published tail: a producer that counts on room not yet given back would overwrite what is being read.
    const unpublished = distance(this.#published.low, this.#tail)
    if (available > this.capacityBytes - unpublished || ((head | this.#tail) & (ALIGNMENT - 1)) !== 0) {
      throw this.#corrupt(
        `head ${head >>> 0} against tail ${this.#published.low >>> 0} and capacity ${this.capacityBytes} (low 32 bits)`,
      )
    }
    this.#cachedHead = head
    return true
  }

  #corruptRecord(index: number, size: number, reserved: number): Error {
    const available = distance(this.#tail, this.#cachedHead)
    return this.#corrupt(
      `a record at index ${index} with size ${size} and reserved ${reserved}, ${available} bytes before the head, ` +
        `in a ring of ${this.capacityBytes}`,
    )
  }

  #corrupt(finding: string): Error {
    this.#stopped = true
    return declareCorrupt(this.#memory, this.#producerSleep, this.#signals, finding)
  }
}
