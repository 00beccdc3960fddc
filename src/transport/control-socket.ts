import type { Socket } from 'node:net'
import { receiveNow, sendNow } from '../../ffi/index.js'
import { BELL, GOODBYE } from './handshake-descriptor.js'
import type { LinkEnd } from './link.js'
import type { PeerSocket } from './peer-socket.js'
import type { PeerWatch } from './peer-watch.js'

const bell = Uint8Array.of(BELL)
const goodbye = Uint8Array.of(GOODBYE)
const looked = new Uint8Array(512)
const roundsPerLook = 4

/**
 * What is left of the connection between two native peers: bells for who sleeps, a goodbye, and the hang-up that tells
 * of a death. The event loop reads it; `look` reads the same descriptor from callers that never return to the loop. Both
 * run on one thread, so neither sees half of what the other took.
 */
export class ControlSocket implements PeerWatch {
  onEnd: ((end: LinkEnd) => void) | undefined
  /** The peer has rung: whoever sleeps looks again. */
  onBell: (() => void) | undefined
  readonly #fd: number
  readonly #socket: Socket
  #open = true

  constructor(peerSocket: PeerSocket) {
    this.#fd = peerSocket.fd
    this.#socket = peerSocket.toSocket((bytes, length) => this.#take(bytes, length))
    this.#socket.unref()
    // An error without a listener ends the process; what matters of it comes as 'close'.
    this.#socket.on('error', () => {})
    this.#socket.on('end', () => this.#finish('peer-dead'))
    this.#socket.on('close', () => this.#finish('peer-dead'))
    this.#socket.resume()
  }

  /** Wakes the peer. A full socket holds bells that it has not heard yet, so one more would tell it nothing. */
  ring(): void {
    if (!this.#open) return
    try {
      sendNow(this.#fd, bell)
    } catch {
      this.look()
    }
  }

  look(): void {
    // Bounded: a peer that never stops talking must not keep us here.
    for (let round = 0; round < roundsPerLook && this.#open; round++) {
      let length: number | undefined
      try {
        length = receiveNow(this.#fd, looked)
      } catch {
        length = 0
      }
      if (length === undefined) return
      if (length === 0) this.#finish('peer-dead')
      else this.#take(looked, length)
    }
  }

  close(sayGoodbye: boolean): void {
    if (!this.#open) return
    this.#open = false
    if (sayGoodbye) {
      try {
        sendNow(this.#fd, goodbye)
      } catch {
        // The peer is gone, and needs no goodbye.
      }
    }
    this.#socket.destroy()
  }

  /** Bytes that we do not know are left alone: a later ringway may say more. */
  #take(bytes: Uint8Array, length: number): void {
    if (!this.#open) return
    const end = bytes.indexOf(GOODBYE)
    const said = end >= 0 && end < length
    const rung = bytes.indexOf(BELL)
    if (rung >= 0 && rung < length) this.onBell?.()
    if (said) this.#finish('peer-closed')
  }

  #finish(end: LinkEnd): void {
    if (!this.#open) return
    this.#open = false
    this.#socket.destroy()
    this.onEnd?.(end)
  }
}
