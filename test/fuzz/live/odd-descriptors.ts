import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSealedMemfd, FileDescriptor } from '../../../ffi/index.js'
import { F_ADD_SEALS, MFD_ALLOW_SEALING, MFD_CLOEXEC } from '../../../ffi/libc/constants.js'
import { fcntl } from '../../../ffi/libc/fcntl.js'
import { mman } from '../../../ffi/libc/mman.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { SeededRandom } from '../seeded-random.js'

const sealShrink = 2
const sealGrow = 4
const sealWrite = 8
const sealFutureWrite = 16
/** The kernel refuses seals of writing while somebody maps the memory: that of nobody is sealed here. */
const oddSeals = [0, sealShrink, sealGrow, sealShrink | sealGrow | sealWrite, sealShrink | sealGrow | sealFutureWrite]

/** A memfd with the bytes that an arena begins with; seals and length as they are asked for. */
function memfdWith(header: Uint8Array, lengthBytes: number, seals: number): FileDescriptor {
  const memory = new FileDescriptor(mman().memfd_create(Buffer.from('odd\0'), MFD_CLOEXEC | MFD_ALLOW_SEALING))
  ftruncateSync(memory.fd, lengthBytes)
  writeSync(memory.fd, header.subarray(0, Math.min(header.length, lengthBytes)), 0, undefined, 0)
  if (seals !== 0) fcntl().fcntl(memory.fd, F_ADD_SEALS, seals)
  return memory
}

/** Descriptors of every kind that is no ring's, opened once and passed on again and again. */
export class OddDescriptors {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ringway-odd-'))
  readonly #fixed: number[]
  readonly #all: number[]

  constructor() {
    const file = join(this.#folder, 'file')
    const regular = openSync(file, 'w+')
    ftruncateSync(regular, DATA_OFFSET + 1024)
    const readOnly = openSync(file, 'r')
    unlinkSync(file)
    const nothing = openSync('/dev/null', 'r+')
    const zeros = openSync('/dev/zero', 'r+')
    const folder = openSync(this.#folder, 'r')
    const ourMemory = openSync('/proc/self/mem', 'r')
    this.#fixed = [regular, readOnly, nothing, zeros, folder, ourMemory]
    this.#all = [...this.#fixed]
  }

  /** Adds one more of a kind that only its maker has: a socket, a pipe. */
  add(fd: number): void {
    this.#fixed.push(fd)
  }

  /** @param header what the memory begins with. @returns an owned descriptor, or the number of a lasting one */
  pick(random: SeededRandom, header: Uint8Array, capacityBytes: number): FileDescriptor | number {
    const lengthBytes = DATA_OFFSET + capacityBytes
    switch (random.below(6)) {
      case 0:
        return random.pick(this.#fixed)
      case 1:
        return memfdWith(header, lengthBytes, random.pick(oddSeals))
      case 2: {
        const wrong = random.pick([
          0,
          1,
          767,
          768,
          lengthBytes - 1,
          lengthBytes + 1,
          lengthBytes - 4096,
          lengthBytes * 2,
        ])
        return memfdWith(header, Math.max(0, wrong), sealShrink | sealGrow)
      }
      case 3: {
        using whole = memfdWith(header, lengthBytes, sealShrink | sealGrow)
        return new FileDescriptor(openSync(`/proc/self/fd/${whole.fd}`, 'r'))
      }
      default:
        return this.ring(header, capacityBytes)
    }
  }

  ring(header: Uint8Array, capacityBytes: number): FileDescriptor {
    const memory = createSealedMemfd('hostile', DATA_OFFSET + capacityBytes)
    writeSync(memory.fd, header, 0, undefined, 0)
    return memory
  }

  close(): void {
    for (const fd of this.#all) closeSync(fd)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
