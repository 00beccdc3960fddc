import { Socket } from 'node:net'
import type { FileDescriptor } from '../../ffi/index.js'

/**
 * A connected stream socket during the handshake, when nothing but our own calls may read from it: a `net.Socket` that
 * reads would swallow the descriptors that come with the bytes.
 */
export class PeerSocket {
  readonly fd: number
  readonly #descriptor: FileDescriptor | undefined
  #socket: Socket | undefined

  private constructor(fd: number, descriptor: FileDescriptor | undefined, socket: Socket | undefined) {
    this.fd = fd
    this.#descriptor = descriptor
    this.#socket = socket
  }

  static ofDescriptor(descriptor: FileDescriptor): PeerSocket {
    return new PeerSocket(descriptor.fd, descriptor, undefined)
  }

  /**
   * @param socket as a server with `pauseOnConnect` hands it out, not reading
   * @returns undefined when it is closed already
   */
  static ofAccepted(socket: Socket): PeerSocket | undefined {
    const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null }
    if (handle === null || handle.fd < 0) return undefined
    return new PeerSocket(handle.fd, undefined, socket)
  }

  /** The handshake is over: from now on the event loop reads, and the socket owns the descriptor. */
  toSocket(): Socket {
    if (this.#socket === undefined) {
      this.#socket = new Socket({ fd: this.fd, readable: true, writable: true })
      this.#descriptor?.release()
    }
    return this.#socket
  }

  close(): void {
    if (this.#socket !== undefined) this.#socket.destroy()
    else this.#descriptor?.close()
  }
}
