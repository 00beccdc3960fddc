import { fstatSync } from 'node:fs'
import type { FileDescriptor, MemoryMapping, NamedSemaphore } from '../../ffi/index.js'
import { fileEnd, SemaphoreWatch } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { type FileIdentity, isSameFile } from './file-identity.js'
import { orFail } from './system-failure.js'

/**
 *  0          4                                    buffer size
 *  +----------+---------------- … -----------------+
 *  |length    |payload                             |    u32 in the byte order of the machine
 *  +----------+---------------- … -----------------+
 */
export const payloadOffset = 4
/** Whoever is between taking one semaphore and posting the other copies a message, which takes microseconds. */
const brokenAfterMs = 1000

/** What a slot is made of; all of it belongs to the slot. */
export interface SlotParts {
  readonly descriptor: FileDescriptor
  readonly mapping: MemoryMapping
  readonly empty: NamedSemaphore
  readonly full: NamedSemaphore
}

/**
 * One direction of a bridge: room for one message. `empty` and `full` count who may use it: with 1 and 0 nobody's message
 * is in it; with 0 and 1 there is one; with 0 and 0 someone is writing or reading. What a method here takes it gives on
 * before it returns, so no wait and no time-out ever ends between the two.
 */
export class BridgeSlot {
  readonly maxBytes: number
  readonly #parts: SlotParts
  readonly #length: Uint32Array
  readonly #payload: Uint8Array
  #watch: SemaphoreWatch | undefined
  /** Since when both semaphores were 0 at every look. */
  #brokenSinceMs: number | undefined
  #released: Promise<void> | undefined

  constructor(parts: SlotParts) {
    const { buffer, lengthBytes } = parts.mapping
    this.#parts = parts
    this.maxBytes = lengthBytes - payloadOffset
    this.#length = new Uint32Array(buffer, 0, 1)
    this.#payload = new Uint8Array(buffer, payloadOffset)
  }

  get released(): boolean {
    return this.#released !== undefined
  }

  /** Whether a message was there when it was looked at. */
  get hasMessage(): boolean {
    return this.#parts.full.value() !== 0
  }

  /** Whether the memory still has its name, which its owner takes away at the end. */
  get hasName(): boolean {
    return fstatSync(this.#parts.descriptor.fd).nlink !== 0
  }

  isFile(identity: FileIdentity | undefined): boolean {
    return isSameFile(fstatSync(this.#parts.descriptor.fd), identity)
  }

  /** @param bytes at most `maxBytes`. @returns false when there is no room now */
  tryPut(bytes: Uint8Array): boolean {
    const { empty, full } = this.#parts
    if (!empty.tryWait()) return false
    let written = false
    try {
      this.expectWhole()
      this.#length[0] = bytes.length
      this.#payload.set(bytes)
      written = true
    } finally {
      orFail('pass on the buffer of a bridge', () => (written ? full : empty).post())
    }
    this.#brokenSinceMs = undefined
    return true
  }

  /**
   * The message, copied, if there is one.
   * @param isOurs false leaves the message to whoever else waits for it
   * @throws `ERR_RINGWAY_CORRUPT` for a length that cannot be; the message is gone then
   */
  tryTake(isOurs?: (bytes: Buffer) => boolean): Buffer | undefined {
    const { empty, full } = this.#parts
    if (!full.tryWait()) return undefined
    let next = empty
    try {
      const bytes = this.#copy()
      if (isOurs?.(bytes) === false) {
        next = full
        return undefined
      }
      return bytes
    } finally {
      this.#brokenSinceMs = undefined
      orFail('pass on the buffer of a bridge', () => next.post())
    }
  }

  /** Blocks until there is room, or `sliceMs` is over. */
  sleepForRoom(sliceMs: number): void {
    this.#parts.empty.sleep(sliceMs)
  }

  /** Blocks until there is a message, or `sliceMs` is over. */
  sleepForMessage(sliceMs: number): void {
    this.#parts.full.sleep(sliceMs)
  }

  /**
   * Calls `wake` once, from the event loop, when there is a message, be it already.
   * @returns false when the thread that watches has no place left: look from time to time instead
   */
  armForMessage(wake: () => void): boolean {
    if (this.#watch === undefined) {
      try {
        this.#watch = new SemaphoreWatch(this.#parts.full)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        return false
      }
    }
    this.#watch.arm(wake)
    return true
  }

  disarm(): void {
    this.#watch?.disarm()
  }

  /**
   * Gives the slot back when whoever was writing or reading died in the midst of it: neither semaphore has been posted for
   * a second. To be called now and then, by one side.
   */
  repair(nowMs: number): void {
    const { empty, full } = this.#parts
    if (empty.value() !== 0 || full.value() !== 0) {
      this.#brokenSinceMs = undefined
    } else if (this.#brokenSinceMs === undefined) {
      this.#brokenSinceMs = nowMs
    } else if (nowMs - this.#brokenSinceMs >= brokenAfterMs) {
      this.#brokenSinceMs = undefined
      orFail('give back the buffer of a bridge', () => empty.post())
    }
  }

  /**
   * This memory cannot be sealed. Its owner could make it shorter at any moment, and touching what is gone kills the
   * process; looking before each use makes that an error unless it happens in the same microseconds.
   */
  expectWhole(): void {
    const actualBytes = orFail('measure the memory of a bridge', () => fileEnd(this.#parts.descriptor.fd))
    const { lengthBytes } = this.#parts.mapping
    if (actualBytes >= lengthBytes) return
    throw new RingwayError(
      ErrorCode.unsafeMemory,
      `The memory of the bridge was made shorter: ${actualBytes} bytes, and it had ${lengthBytes}`,
    )
  }

  /** Resolves when all is given back. Idempotent. */
  release(): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }

  async #release(): Promise<void> {
    const { descriptor, mapping, empty, full } = this.#parts
    descriptor.close()
    mapping.release()
    empty.close()
    // The thread that watches may look at the semaphore until it has said that it does not any more.
    await this.#watch?.close()
    full.close()
  }

  #copy(): Buffer {
    this.expectWhole()
    const lengthBytes = this.#length[0] as number
    if (lengthBytes > this.maxBytes) {
      throw new RingwayError(
        ErrorCode.corrupt,
        `A message of the bridge claims ${lengthBytes} bytes, and its buffer holds ${this.maxBytes}`,
      )
    }
    const bytes = Buffer.allocUnsafe(lengthBytes)
    bytes.set(this.#payload.subarray(0, lengthBytes))
    return bytes
  }
}
