import { setMaxListeners } from 'node:events'
import { Server, type Socket } from 'node:net'
import { RingwayError } from '../errors.js'
import { notePending } from './deadlock.js'
import type { MappedLink } from './mapped-link.js'
import { PeerSocket } from './peer-socket.js'
import type { Reception } from './reception.js'
import { runAsync } from './run-steps.js'
import { type BoundSocket, bindSocket } from './socket-path.js'
import { orFail, systemFailure } from './system-failure.js'

/** Handshakes at a time: a peer that is slow to answer holds up only as many others. */
const maxHandshakes = 16
/** Links that nobody has taken yet. With so many waiting, further peers wait before the handshake. */
const maxUntaken = 64
/** Peers that wait before the handshake. More are turned away, so that they do not take every descriptor we may have. */
const maxWaiting = 256

interface Waiter {
  readonly resolve: (result: IteratorResult<MappedLink, undefined>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Listens from the event loop and hands out links in the order in which their handshakes were done. Keeps the process alive
 * exactly while somebody waits in `next()`, and not even then if `keepAlive` says so.
 *
 * ```
 *  connections ──► #waiting ──► #handshakes (aborted by close) ──► #links ──► next()
 *                  (not greeted)
 * ```
 */
export class LinkQueue implements AsyncIterableIterator<MappedLink, undefined> {
  readonly #reception: Reception
  /** How many links this listener gives, all told: one for a single peer. */
  readonly #maxLinks: number
  readonly #waiting: Socket[] = []
  readonly #handshakes = new Set<Promise<void>>()
  readonly #links: MappedLink[] = []
  readonly #waiters: Waiter[] = []
  readonly #abort = new AbortController()
  readonly #onSignal = (): void => this.fail(this.#reception.options.signal?.reason)
  #made = 0
  #keepsAlive = true
  #started: Promise<void> | undefined
  #bound: BoundSocket | undefined
  #server: Server | undefined
  #ending = false
  #ended: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #forgetPending: (() => void) | undefined

  constructor(reception: Reception, maxLinks: number) {
    this.#reception = reception
    this.#maxLinks = maxLinks
    // Each handshake listens to it: Node takes more than ten listeners for a leak, and says so on stderr.
    setMaxListeners(maxHandshakes, this.#abort.signal)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<MappedLink, undefined>> {
    const link = this.#links.shift()
    if (link !== undefined) {
      this.#greetWaiting()
      return Promise.resolve({ done: false, value: link })
    }
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#failure = undefined
      return Promise.reject(error)
    }
    if (this.#ending) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      if (this.#keepsAlive) this.#server?.ref()
      this.#started ??= this.#start()
    })
  }

  /** @param allowed whether who waits in `next()` keeps the process alive: he does unless told otherwise */
  keepAlive(allowed: boolean): void {
    this.#keepsAlive = allowed
    if (!allowed) this.#server?.unref()
    else if (this.#waiters.length > 0) this.#server?.ref()
  }

  /** Ends listening, and every link that nobody has taken; resolves when the path is gone. */
  async return(): Promise<IteratorResult<MappedLink, undefined>> {
    await this.#close()
    return { done: true, value: undefined }
  }

  /** As `return`, but whoever waits in `next()`, or comes next, gets `error`. */
  fail(error: unknown): void {
    if (this.#ending) return
    const waiter = this.#waiters.shift()
    if (waiter === undefined) this.#failure = { error }
    // The path is gone before the error is told: whoever hears it may listen there again.
    const tell = (): void => waiter?.reject(error)
    void this.#close().then(tell, tell)
  }

  async #start(): Promise<void> {
    const { path, options } = this.#reception
    const { signal } = options
    if (signal?.aborted === true) {
      this.#onSignal()
      return
    }
    signal?.addEventListener('abort', this.#onSignal)
    this.#forgetPending = notePending('listening', path)
    try {
      this.#bound = await runAsync(bindSocket(path), { signal: this.#abort.signal })
      if (this.#ending) return
      this.#server = await this.#serve(this.#bound)
      if (!this.#keepsAlive) this.#server.unref()
      if (!this.#ending) options.onListening?.()
    } catch (error) {
      this.fail(systemFailure(error, `listen on ${path}`))
    }
  }

  /** From here on the server owns the descriptor. */
  #serve(bound: BoundSocket): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = new Server({ pauseOnConnect: true }, (socket) => this.#receive(socket))
      server.on('error', (error) => {
        reject(error)
        this.fail(systemFailure(error, `accept connections on ${this.#reception.path}`))
      })
      server.listen({ fd: bound.fd, exclusive: true }, () => resolve(server))
      bound.releaseDescriptor()
    })
  }

  #receive(socket: Socket): void {
    // The handshake finds out what is wrong with it. It does not read yet, so it keeps no process alive.
    socket.on('error', () => {})
    if (this.#ending || this.#waiting.length >= maxWaiting) {
      socket.destroy()
      return
    }
    this.#waiting.push(socket)
    this.#greetWaiting()
  }

  #greetWaiting(): void {
    while (!this.#ending && this.#hasRoom()) {
      const socket = this.#waiting.shift()
      if (socket === undefined) return
      const handshake = this.#greet(socket).finally(() => {
        this.#handshakes.delete(handshake)
        this.#greetWaiting()
      })
      this.#handshakes.add(handshake)
    }
  }

  #hasRoom(): boolean {
    const running = this.#handshakes.size
    return running < maxHandshakes && this.#made + running < this.#maxLinks && this.#links.length + running < maxUntaken
  }

  async #greet(socket: Socket): Promise<void> {
    try {
      const outcome = await this.#shakeHands(socket)
      if (outcome === undefined) return
      if (outcome instanceof RingwayError) this.#reception.options.onPeerError?.(outcome)
      else this.#give(outcome)
    } catch (error) {
      this.fail(error)
    }
  }

  /** @returns the peer's error if the peer is to blame; nothing if it has gone already */
  async #shakeHands(socket: Socket): Promise<MappedLink | RingwayError | undefined> {
    // Only with a single peer is somebody sure to wait for the end of this very handshake.
    const keepAlive = this.#maxLinks === 1
    try {
      const peerSocket = orFail('take a connection', () => PeerSocket.ofAccepted(socket))
      if (peerSocket === undefined) return undefined
      return await runAsync(this.#reception.greet(peerSocket), { signal: this.#abort.signal, keepAlive })
    } catch (error) {
      // Our own trouble, such as no descriptor left: a listener for many peers tells it and outlives it.
      const told = this.#maxLinks > 1 && this.#reception.options.onPeerError !== undefined
      if (told && error instanceof RingwayError) return error
      throw error
    }
  }

  #give(link: MappedLink): void {
    if (this.#ending) {
      link.release('closed')
      return
    }
    this.#made++
    const waiter = this.#waiters.shift()
    if (waiter === undefined) this.#links.push(link)
    else waiter.resolve({ done: false, value: link })
    if (this.#waiters.length === 0) this.#server?.unref()
  }

  #close(): Promise<void> {
    this.#ending = true
    this.#ended ??= this.#tearDown()
    return this.#ended
  }

  async #tearDown(): Promise<void> {
    this.#reception.options.signal?.removeEventListener('abort', this.#onSignal)
    this.#abort.abort()
    await this.#started
    if (this.#bound !== undefined) await runAsync(this.#bound.remove())
    this.#server?.close()
    this.#forgetPending?.()
    for (const socket of this.#waiting.splice(0)) socket.destroy()
    await Promise.all(this.#handshakes)
    for (const link of this.#links.splice(0)) link.release('closed')
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
  }
}
