import { onTestFinished } from 'vitest'
import {
  acceptUnix,
  createSealedMemfd,
  FileDescriptor,
  listenUnix,
  MemoryMapping,
  sendWithDescriptors,
} from '../../../ffi/index.js'
import { AF_UNIX, MFD_ALLOW_SEALING, MFD_CLOEXEC, SOCK_CLOEXEC, SOCK_STREAM } from '../../../ffi/libc/constants.js'
import { mman } from '../../../ffi/libc/mman.js'
import { sockets } from '../../../ffi/libc/socket.js'
import { sockaddr_un } from '../../../ffi/libc/structs.js'
import { unistd } from '../../../ffi/libc/unistd.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { encodeOffer } from '../../../src/transport/offer.js'

/** A listener that does to each connection what the test tells it to, and nothing by itself. */
export class RawListener {
  readonly connections: FileDescriptor[] = []
  readonly #socket: FileDescriptor
  readonly #timer: NodeJS.Timeout

  constructor(path: string, onConnection: (connection: FileDescriptor) => void, backlog = 8) {
    this.#socket = listenUnix(path, backlog)
    this.#timer = setInterval(() => {
      const connection = acceptUnix(this.#socket.fd)
      if (connection === undefined) return
      this.connections.push(connection)
      onConnection(connection)
    }, 1)
    onTestFinished(() => this.close())
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
    for (const connection of this.connections) connection.close()
  }
}

/** A ring as a stock listener makes it, for the test to spoil. */
export class RawRing {
  readonly memory: FileDescriptor
  readonly words: Int32Array
  readonly #mapping: MemoryMapping

  constructor(capacityBytes: number) {
    this.memory = createSealedMemfd('raw', DATA_OFFSET + capacityBytes)
    this.#mapping = MemoryMapping.map(this.memory.fd, DATA_OFFSET + capacityBytes)
    this.words = new Int32Array(this.#mapping.buffer)
    formatRing(this.words, capacityBytes)
    onTestFinished(() => {
      this.memory.close()
      this.#mapping.release()
    })
  }

  address(offset: number): bigint {
    return this.#mapping.address + BigInt(offset)
  }

  setWord(offset: number, value: number): void {
    this.words[offset / Int32Array.BYTES_PER_ELEMENT] = value
  }
}

/** The offer of one ring, with some of its 32-bit fields replaced. */
export function offerWith(capacityBytes: number, fields: Readonly<Record<number, number>> = {}): Uint8Array {
  const offer = encodeOffer([capacityBytes])
  const view = new DataView(offer.buffer)
  for (const [offset, value] of Object.entries(fields)) view.setUint32(Number(offset), value, true)
  return offer
}

export function sendOffer(connection: FileDescriptor, offer: Uint8Array, descriptors: readonly number[]): void {
  sendWithDescriptors(connection.fd, offer, descriptors)
}

/** Memory that its owner can shorten under whoever maps it. */
export function unsealedMemfd(lengthBytes: number): FileDescriptor {
  const memory = new FileDescriptor(mman().memfd_create(Buffer.from('unsealed\0'), MFD_CLOEXEC | MFD_ALLOW_SEALING))
  unistd().ftruncate(memory.fd, lengthBytes)
  return memory
}

/** A socket file that somebody holds and nobody listens on, until the test ends. */
export function boundWithoutListening(path: string): void {
  const address = Buffer.alloc(sockaddr_un.bytes)
  address.writeUInt16LE(AF_UNIX, sockaddr_un.familyOffset)
  address.write(path, sockaddr_un.pathOffset)
  const socket = new FileDescriptor(sockets().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
  onTestFinished(() => socket.close())
  if (sockets().bind(socket.fd, address, address.length) !== 0) throw new Error(`could not bind ${path}`)
}
