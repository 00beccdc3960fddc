import {
  createSealedMemfd,
  type FileDescriptor,
  fileLength,
  MemoryMapping,
  readSeals,
  SEAL_GROW,
  SEAL_SHRINK,
} from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { checkRing, formatRing } from '../ring/arena-header.js'
import { DATA_OFFSET } from '../ring/ring-descriptor.js'
import { RingMemory } from '../ring/ring-memory.js'
import { orFail } from './system-failure.js'

const mebibyte = 1 << 20
/** What a handshake may spend on page faults before it answers: about 5 ms. */
const populatedAtOnceBytes = 4 * mebibyte
const populationStepBytes = 2 * mebibyte
const populationPauseMs = 2

/** A ring's memory in this process: a mapping of a memfd, and the memfd for as long as it must be shown to a peer. */
export class Region {
  readonly memory: RingMemory
  readonly #mapping: MemoryMapping
  readonly #descriptor: FileDescriptor
  #populator: NodeJS.Timeout | undefined

  private constructor(descriptor: FileDescriptor, mapping: MemoryMapping, capacityBytes: number) {
    this.#descriptor = descriptor
    this.#mapping = mapping
    this.memory = new RingMemory(mapping.buffer, capacityBytes)
  }

  /** An empty ring of our own, sealed, formatted, and shown to nobody yet. */
  static create(label: string, capacityBytes: number): Region {
    const lengthBytes = DATA_OFFSET + capacityBytes
    const descriptor = orFail(`create a memfd of ${lengthBytes} bytes`, () => createSealedMemfd(label, lengthBytes))
    return Region.#map(descriptor, capacityBytes, (memory) => formatRing(memory.words, capacityBytes))
  }

  /**
   * A peer's ring. The descriptor is ours from now on, and closed if this throws.
   * @throws `ERR_RINGWAY_UNSAFE_MEMORY` for memory that its owner could take away under us, which would kill the process;
   * what `checkRing` throws for a header that makes no sense
   */
  static adopt(descriptor: FileDescriptor, capacityBytes: number): Region {
    try {
      expectSafe(descriptor.fd, DATA_OFFSET + capacityBytes)
    } catch (error) {
      descriptor.close()
      throw error
    }
    return Region.#map(descriptor, capacityBytes, (memory) => checkRing(memory.words, capacityBytes))
  }

  static #map(descriptor: FileDescriptor, capacityBytes: number, prepare: (memory: RingMemory) => void): Region {
    const lengthBytes = DATA_OFFSET + capacityBytes
    let mapping: MemoryMapping | undefined
    try {
      mapping = orFail(`map ${lengthBytes} bytes of a ring`, () => MemoryMapping.map(descriptor.fd, lengthBytes))
      const region = new Region(descriptor, mapping, capacityBytes)
      prepare(region.memory)
      region.#populate()
      return region
    } catch (error) {
      mapping?.release()
      descriptor.close()
      throw error
    }
  }

  /** To pass to a peer; not after `closeDescriptor`. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** The mapping holds the memory from here on. */
  closeDescriptor(): void {
    this.#descriptor.close()
  }

  /** For futexes. The address stays this region's for as long as the region is reachable, released or not. */
  addressOf(offset: number): bigint {
    return this.#mapping.address + BigInt(offset)
  }

  bindToNumaNode(node: number): void {
    orFail(`bind ${this.#mapping.lengthBytes} bytes to NUMA node ${node}`, () => this.#mapping.bindToNumaNode(node))
  }

  /** Idempotent. Whoever still writes through `memory` writes to private pages that nobody reads. */
  release(): void {
    clearTimeout(this.#populator)
    this.#populator = undefined
    this.#descriptor.close()
    this.#mapping.release()
  }

  /** Takes the page faults now, and those of a large ring a bit at a time, so that no message pays for them. */
  #populate(): void {
    const { lengthBytes } = this.#mapping
    const firstBytes = Math.min(lengthBytes, populatedAtOnceBytes)
    orFail(
      `fill the first ${firstBytes} bytes of a ring of ${lengthBytes} bytes with memory`,
      () => this.#mapping.populate(0, firstBytes),
      ErrorCode.outOfMemory,
    )
    if (firstBytes < lengthBytes) this.#populateLater(firstBytes)
  }

  #populateLater(offset: number): void {
    const stepBytes = Math.min(populationStepBytes, this.#mapping.lengthBytes - offset)
    this.#populator = setTimeout(() => {
      try {
        this.#mapping.populate(offset, stepBytes)
      } catch {
        // Only a head start is lost: pages that could not be had now are asked for again when they are touched.
        return
      }
      if (offset + stepBytes < this.#mapping.lengthBytes) this.#populateLater(offset + stepBytes)
    }, populationPauseMs).unref()
  }
}

function expectSafe(fd: number, lengthBytes: number): void {
  const actualBytes = orFail('measure the memory that the listener sent', () => fileLength(fd))
  if (actualBytes !== lengthBytes) {
    throw new RingwayError(
      ErrorCode.unsafeMemory,
      `The listener's memory is ${actualBytes} bytes long, and ${lengthBytes} by its offer`,
    )
  }
  const seals = orFail(
    'read the seals of the memory that the listener sent: it is no memfd',
    () => readSeals(fd),
    ErrorCode.unsafeMemory,
  )
  const needed = SEAL_SHRINK | SEAL_GROW
  if ((seals & needed) !== needed) {
    throw new RingwayError(
      ErrorCode.unsafeMemory,
      `The listener's memory is not sealed against shrinking and growing: seals ${seals}, needed ${needed}`,
    )
  }
}
