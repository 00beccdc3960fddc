import {
  EINTR,
  EINVAL,
  MADV_DONTFORK,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MAP_ANONYMOUS,
  MAP_FAILED,
  MAP_FIXED,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
} from './libc/constants.js'
import { errno, viewOf } from './libc/library.js'
import { mman } from './libc/mman.js'
import { bindToNode } from './numa.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** The longest page of x64 and arm64, and a multiple of the others: `madvise` takes no beginning that is inside a page. */
const longestPageBytes = 65_536

interface Range {
  readonly address: bigint
  readonly lengthBytes: number
}

/** A buffer that nothing can reach any more was the last way into its range. */
const collectedBuffers = new FinalizationRegistry<Range>(({ address, lengthBytes }) => {
  mman().munmap(address, lengthBytes)
})

/**
 * A file's bytes in this process, shared with whoever else maps the file, and not inherited by forks.
 *
 * An `ArrayBuffer` over them cannot be detached, so unmapping under a view that somebody kept would crash the process at
 * its next use. Hence two steps: `release` puts private zero pages in the place of the file, and the range itself is given
 * back when the buffer and all views of it have been collected.
 */
export class MemoryMapping implements Disposable {
  readonly buffer: ArrayBuffer
  readonly address: bigint
  readonly lengthBytes: number
  readonly #readOnly: boolean
  #released = false

  private constructor(buffer: ArrayBuffer, { address, lengthBytes }: Range, readOnly: boolean) {
    this.buffer = buffer
    this.address = address
    this.lengthBytes = lengthBytes
    this.#readOnly = readOnly
  }

  /**
   * The caller has checked that the file is as long as `lengthBytes` and cannot become shorter: touching a page behind
   * its end kills the process.
   * @param options.readOnly a write through the buffer then kills the process
   * @throws SystemCallError, UnsupportedPlatformError, RangeError for a length that no buffer can have
   */
  static map(fd: number, lengthBytes: number, options: { readOnly?: boolean } = {}): MemoryMapping {
    // Node 20 aborts, rather than throws, when asked for a buffer of 2^33 bytes.
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > 2 ** 32) {
      throw new RangeError(`a mapping has 1 to ${2 ** 32} bytes, not ${lengthBytes}`)
    }
    const readOnly = options.readOnly ?? false
    const protection = readOnly ? PROT_READ : PROT_READ | PROT_WRITE
    const { mmap, munmap, madvise } = mman()
    const address = mmap(null, lengthBytes, protection, MAP_SHARED, fd, 0)
    if (address === MAP_FAILED) throw failureOf('mmap', `of ${lengthBytes} bytes`)
    const range = { address, lengthBytes }
    try {
      if (madvise(address, lengthBytes, MADV_DONTFORK) === -1) throw failureOf('madvise', 'MADV_DONTFORK')
      const buffer = viewOf(address, lengthBytes)
      const mapping = new MemoryMapping(buffer, range, readOnly)
      collectedBuffers.register(buffer, range)
      return mapping
    } catch (error) {
      munmap(address, lengthBytes)
      throw error
    }
  }

  get released(): boolean {
    return this.#released
  }

  /**
   * Gives the pages of a part their memory now, rather than one by one at first touch. Blocks for about 0.6 ms a MiB. Does
   * nothing on kernels that cannot (before 5.14), and after `release`.
   * @returns whether the kernel can
   * @throws SystemCallError ENOMEM or EFAULT when there is no memory to give, which a touch would have died of
   */
  populate(offset: number, lengthBytes: number): boolean {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(lengthBytes) || offset < 0 || lengthBytes < 0) {
      throw new RangeError(`not a part of a mapping: ${lengthBytes} bytes at ${offset}`)
    }
    if (offset + lengthBytes > this.lengthBytes) {
      throw new RangeError(`${lengthBytes} bytes at ${offset} end behind the mapping of ${this.lengthBytes} bytes`)
    }
    if (this.#released || lengthBytes === 0) return true
    const lead = offset % longestPageBytes
    const advice = this.#readOnly ? MADV_POPULATE_READ : MADV_POPULATE_WRITE
    while (mman().madvise(this.address + BigInt(offset - lead), lengthBytes + lead, advice) === -1) {
      const code = errno()
      if (code === EINVAL) return false
      if (code !== EINTR) throw new SystemCallError('madvise', code, `populating ${lengthBytes} bytes at ${offset}`)
    }
    return true
  }

  /**
   * Keeps the pages in the memory of one NUMA node, and moves those that this process alone has touched elsewhere.
   * @throws SystemCallError EINVAL for a node that is not there, ENOSYS where the kernel knows no nodes
   */
  bindToNumaNode(node: number): void {
    if (!this.#released) bindToNode(this.address, this.lengthBytes, node)
  }

  /**
   * From now on the buffer reads as zeros, and what is written to it goes nowhere; the file keeps its content. Idempotent.
   * @throws SystemCallError ENOMEM at the limit of mappings; the file is mapped still
   */
  release(): void {
    if (this.#released) return
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE
    const replaced = mman().mmap(this.address, this.lengthBytes, PROT_READ | PROT_WRITE, flags, -1, 0)
    if (replaced === MAP_FAILED) throw failureOf('mmap', `replacing ${this.lengthBytes} bytes`)
    this.#released = true
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
