import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { FileDescriptor } from '../../ffi/index.js'

/** More than a peer has to say at a time. */
const bufferBytes = 256

/** The types of Node know `onread` in `connect` only. */
type SocketOptions = SocketConstructorOpts & { readonly onread: OnReadOpts }

/** Told what has come: so many bytes at the beginning of a buffer that is used again for what comes next. */
export type OnBytes = (bytes: Uint8Array, length: number) => void

/**
 * A connected stream socket, which during the handshake nothing but our own calls may read from: a `net.Socket` that reads
 * would swallow the descriptors that come with the bytes.
 */
export class PeerSocket {
  readonly #descriptor: FileDescriptor
  #socket: Socket | undefined

  /** @param descriptor belongs to this object from now on */
  constructor(descriptor: FileDescriptor) {
    this.#descriptor = descriptor
  }

  /**
   * Takes the connection out of the hands of its `net.Socket`, which copies whatever it reads into new memory.
   * @param socket as a server with `pauseOnConnect` hands it out, not reading; it is destroyed
   * @returns undefined when it is closed already
   * @throws SystemCallError EMFILE: it takes a second descriptor for a moment
   */
  static ofAccepted(socket: Socket): PeerSocket | undefined {
    const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null }
    if (handle === null || handle.fd < 0) return undefined
    try {
      return new PeerSocket(FileDescriptor.duplicateOf(handle.fd))
    } finally {
      socket.destroy()
    }
  }

  /** −1 once the event loop has it. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /**
   * The handshake is over: from now on the event loop reads, and the socket owns the descriptor.
   *
   * Into one buffer, past the stream: what a sleeper is woken through is code that has gone cold meanwhile, and each page
   * of it that is not run makes the wake-up shorter.
   */
  toSocket(onBytes: OnBytes): Socket {
    const buffer = new Uint8Array(bufferBytes)
    const callback = (length: number): boolean => {
      onBytes(buffer, length)
      return true
    }
    const { fd } = this.#descriptor
    const options: SocketOptions = { fd, readable: true, writable: true, onread: { buffer, callback } }
    this.#socket = new Socket(options)
    this.#descriptor.release()
    return this.#socket
  }

  close(): void {
    this.#socket?.destroy()
    this.#descriptor.close()
  }
}
