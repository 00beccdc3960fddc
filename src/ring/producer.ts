import { ErrorCode, RingwayError } from '../errors.js'
import { loadAcquire } from './atomics.js'
import { type CorrelationId, writeCorrelation } from './correlation.js'
import { declareCorrupt } from './corruption.js'
import { PayloadCopier } from './payload-copier.js'
import { advance, distance, PublishedPosition } from './position.js'
import { RECORDS_PER_PUBLICATION } from './publication.js'
import {
  HEADER_LENGTH,
  RESERVED_OFFSET,
  ROUTING_OFFSET,
  SIZE_OFFSET,
  SKIP_MARKER,
  TYPE_OFFSET,
} from './record-descriptor.js'
import { ALIGNMENT, DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from './ring-descriptor.js'
import type { RingMemory } from './ring-memory.js'
import type { RingSignals } from './ring-signals.js'
import { SleepWord } from './sleep-word.js'
import { maxPayloadLength, slotLength } from './slot.js'

/** A stock consumer publishes its tail every 32 records: with 33 slots in the ring, the producer can never run dry. */
const slotsBeforeStockTail = 33

export interface ProducerOptions {
  /** The consumer publishes its tail only every 32 records, so a slot over a 33rd of the ring can wait for ever. */
  readonly lazyConsumer?: boolean
}

/** The writing end of a ring. One per ring, ever; not safe to share between threads. */
export class Producer {
  readonly capacityBytes: number
  /** The largest payload that is sure to fit in the end; negative when a lazy consumer leaves room for none. */
  readonly maxPayloadBytes: number
  readonly sleepWord: SleepWord

  readonly #memory: RingMemory
  readonly #signals: RingSignals
  readonly #consumerSleep: SleepWord
  readonly #words: Int32Array
  readonly #copier: PayloadCopier
  readonly #mask: number
  readonly #quarter: number
  readonly #published: PublishedPosition
  /** The end of the last record committed. Runs ahead of the published head while corked. */
  #head: number
  /** Our copy of the tail. May lag behind the shared word, never runs ahead: the room we see is a lower bound. */
  #cachedTail: number
  /** Records committed and not yet published, 0 to 32. */
  #unpublished = 0
  /** Where the claimed slot starts: the head, or the next multiple of the capacity after a skip marker. */
  #claimStart = 0
  /** The tail made no sense: nothing is published any more. */
  #stopped = false

  constructor(memory: RingMemory, signals: RingSignals, options: ProducerOptions = {}) {
    this.#memory = memory
    this.#signals = signals
    this.#words = memory.words
    this.#copier = new PayloadCopier(memory)
    this.capacityBytes = memory.capacityBytes
    this.#mask = memory.capacityBytes - 1
    this.#quarter = memory.capacityBytes / 4
    const lazyLimit = Math.floor(memory.capacityBytes / slotsBeforeStockTail / ALIGNMENT) * ALIGNMENT - HEADER_LENGTH
    this.maxPayloadBytes = options.lazyConsumer ? lazyLimit : maxPayloadLength(memory.capacityBytes)
    this.sleepWord = SleepWord.ofProducer(memory.words)
    this.#consumerSleep = SleepWord.ofConsumer(memory.words)
    this.#published = new PublishedPosition(memory, HEAD_OFFSET)
    this.#head = this.#published.low
    this.#cachedTail = this.#head
    this.#reloadTail()
  }

  /** Position of the tail as last seen: what a wait for room waits to see moved. */
  get seenTail(): number {
    return this.#cachedTail
  }

  /** Bytes between the tail and what we committed. The consumer may free some at any moment, and can add none. */
  get bytesUsed(): number {
    // Never more than the ring, whatever a hostile peer writes.
    return Math.min(distance(loadAcquire(this.#words, TAIL_OFFSET >>> 2), this.#head), this.capacityBytes)
  }

  /** Whether something was committed that the consumer cannot see yet. */
  get hasUnpublished(): boolean {
    return this.#unpublished !== 0
  }

  /** @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL` */
  checkFits(size: number): void {
    if (size > this.maxPayloadBytes) throw this.#refusal(size)
  }

  /**
   * Finds room for a payload. Nothing is visible to the consumer, and nothing moves, until `commit`; a claim that is not
   * committed is simply forgotten.
   * @returns index of the payload in the data area, or −1 when the ring is full
   * @throws `ERR_RINGWAY_TOO_LARGE`, `ERR_RINGWAY_WOULD_STALL`, `ERR_RINGWAY_CORRUPT`
   */
  claim(size: number): number {
    this.checkFits(size)
    const head = this.#head
    const index = head & this.#mask
    const toEnd = this.capacityBytes - index
    const reserved = slotLength(size)
    if (reserved <= toEnd) {
      if (!this.#hasRoom(head, reserved)) return -1
      this.#claimStart = head
      return index + HEADER_LENGTH
    }
    // The skip and the slot behind it are claimed together: a skip marker is never the last thing published.
    if (!this.#hasRoom(head, toEnd + reserved)) return -1
    this.#writeSkipMarker(index)
    this.#claimStart = advance(head, toEnd)
    return HEADER_LENGTH
  }

  /**
   * Ends the claim with a record of `size` bytes, which may be less than was claimed. Not visible until `publish`.
   * @param typeId 32 bits, signed or not
   */
  commit(size: number, typeId: number): void {
    const start = this.#claimStart
    const reserved = slotLength(size)
    this.#writeHeader(start & this.#mask, size, typeId, reserved)
    this.#head = advance(start, reserved)
    this.#unpublished++
  }

  /** As `commit`, for a call or a reply: its id goes into the header. */
  commitCorrelated(size: number, typeId: number, correlationId: CorrelationId): void {
    const header = (DATA_OFFSET + (this.#claimStart & this.#mask)) >>> 2
    this.#words[header + (ROUTING_OFFSET >>> 2)] = 0
    writeCorrelation(this.#words, header, correlationId)
    this.commit(size, typeId)
  }

  /** Copies `data` into the ring as one record. @returns false when the ring is full; everything before is published */
  tryWrite(data: Uint8Array, typeId: number): boolean {
    // Not `byteLength`, the same for bytes: on Node 20 that is a call, and takes longer than the rest of this.
    const size = data.length
    const head = this.#head
    const reserved = slotLength(size)
    const index = head & this.#mask
    const roomy = distance(this.#cachedTail, head) + reserved <= this.capacityBytes
    // Nearly always: no skip, room as far as we know, and so nothing but stores until the record is there.
    if (size > this.maxPayloadBytes || !roomy || index + reserved > this.capacityBytes) {
      if (!this.#claimAndCopy(data)) return false
      this.commit(size, typeId)
      return true
    }
    this.#copier.copy(data, size, index + HEADER_LENGTH)
    this.#writeHeader(index, size, typeId, reserved)
    this.#head = advance(head, reserved)
    this.#unpublished++
    return true
  }

  /** As `tryWrite`, for a call or a reply. */
  tryWriteCorrelated(data: Uint8Array, typeId: number, correlationId: CorrelationId): boolean {
    if (!this.#claimAndCopy(data)) return false
    this.commitCorrelated(data.length, typeId, correlationId)
    return true
  }

  /** Shows the consumer all that was committed, and wakes it if it sleeps. */
  publish(): void {
    if (this.#unpublished === 0 || this.#stopped) return
    this.#unpublished = 0
    // SYNC record-visible: records, then head; other end: Consumer.#reloadHead.
    this.#published.publish(this.#head)
    const word = this.#consumerSleep.takeSleeper()
    if (word !== 0) this.#signals.wakePeer(word)
  }

  /** The publication that a corked producer cannot put off: every 32 records or a quarter of the ring. */
  publishIfDue(): void {
    if (this.#unpublished >= RECORDS_PER_PUBLICATION || distance(this.#published.low, this.#head) >= this.#quarter) {
      this.publish()
    }
  }

  #claimAndCopy(data: Uint8Array): boolean {
    const payload = this.claim(data.length)
    if (payload < 0) {
      this.publish()
      return false
    }
    this.#copier.copy(data, data.length, payload)
    return true
  }

  #writeHeader(index: number, size: number, typeId: number, reserved: number): void {
    const header = (DATA_OFFSET + index) >>> 2
    const words = this.#words
    words[header + (SIZE_OFFSET >>> 2)] = size
    words[header + (TYPE_OFFSET >>> 2)] = typeId
    words[header + (RESERVED_OFFSET >>> 2)] = reserved
  }

  #hasRoom(head: number, needed: number): boolean {
    if (this.capacityBytes - distance(this.#cachedTail, head) >= needed) return true
    this.#reloadTail()
    return this.capacityBytes - distance(this.#cachedTail, head) >= needed
  }

  #reloadTail(): void {
    // SYNC room-visible: tail, then the bytes behind it are ours to overwrite; other end: Consumer.publish.
    const tail = loadAcquire(this.#words, TAIL_OFFSET >>> 2)
    const used = distance(tail, this.#head)
    const unpublished = distance(this.#published.low, this.#head)
    // Below `unpublished` the tail has passed the published head: nobody can have consumed what nobody was shown.
    if (used > this.capacityBytes || used < unpublished || ((tail | this.#head) & (ALIGNMENT - 1)) !== 0) {
      const finding = `tail ${tail >>> 0} against head ${this.#head >>> 0} and capacity ${this.capacityBytes} (low 32 bits)`
      this.#stopped = true
      throw declareCorrupt(this.#memory, this.#consumerSleep, this.#signals, finding)
    }
    this.#cachedTail = tail
  }

  #writeSkipMarker(index: number): void {
    const header = (DATA_OFFSET + index) >>> 2
    this.#words.fill(0, header, header + (HEADER_LENGTH >>> 2))
    this.#words[header + (SIZE_OFFSET >>> 2)] = SKIP_MARKER
  }

  #refusal(size: number): RingwayError {
    const most = maxPayloadLength(this.capacityBytes)
    if (size > most) {
      return new RingwayError(
        ErrorCode.tooLarge,
        `A payload of ${size} bytes is too large: a ring of ${this.capacityBytes} bytes takes at most ${most}`,
      )
    }
    const sure = this.maxPayloadBytes < 0 ? 'none at all' : `${this.maxPayloadBytes} bytes`
    return new RingwayError(
      ErrorCode.wouldStall,
      `A payload of ${size} bytes could wait for ever: the peer frees room every 32 records only, so a ring of ` +
        `${this.capacityBytes} bytes is sure to take ${sure} (allowStall sends it all the same)`,
    )
  }
}
