import { connectLink, connectLinkSync } from '../transport/connector.js'
import { acceptLinks, listenLink, listenLinkSync } from '../transport/listener.js'
import type { MappedLink } from '../transport/mapped-link.js'
import { Accepted, type Accepting } from './accepted.js'
import type { ConnectOptions, ConnectSyncOptions, ListenOptions, ListenSyncOptions } from './bus-options.js'
import { Endpoint } from './endpoint.js'
import { checkRole, type EndpointOptions, type Role } from './endpoint-options.js'
import { sayGoodbyeAtExit } from './goodbye-at-exit.js'
import { mappedDefaults } from './mapped-defaults.js'
import { checkInteger } from './option-values.js'

type Sending =
  | 'trySend'
  | 'send'
  | 'sendSync'
  | 'trySendZeroCopy'
  | 'sendZeroCopy'
  | 'sendZeroCopySync'
  | 'cork'
  | 'uncork'
  | 'flush'
  | 'corked'

type Receiving =
  | 'tryRecv'
  | 'recv'
  | 'recvSync'
  | 'tryRecvZeroCopy'
  | 'recvZeroCopy'
  | 'recvZeroCopySync'
  | 'tryDrainBatch'
  | 'drainBatch'
  | 'drainBatchSync'
  | 'consume'
  | 'messagesSync'
  | typeof Symbol.asyncIterator

type Narrowed = 'role' | 'ref' | 'unref'

/** The receiving end of a bus. */
export interface BusConsumer extends Omit<Bus, Sending | Narrowed> {
  readonly role: 'consumer'
  ref(): this
  unref(): this
}
/** The sending end of a bus. */
export interface BusProducer extends Omit<Bus, Receiving | Narrowed> {
  readonly role: 'producer'
  ref(): this
  unref(): this
}

type As<R extends Role> = { readonly role: R }
type Maybe<R extends Role> = { readonly role?: R }

/**
 * A bus between two processes: one ring in memory that both map, one producer, one consumer. The other end may be another
 * ringway, or any program that speaks Tachyon's ABI 0x04.
 *
 * A bus that nobody waits on does not keep the process alive.
 */
export class Bus extends Endpoint {
  readonly #link: MappedLink

  private constructor(link: MappedLink, options: Required<EndpointOptions>) {
    super(link, options)
    this.#link = link
    sayGoodbyeAtExit(this.session)
  }

  /**
   * Makes a ring, and waits for the first peer that connects to `path`. The path is gone when this resolves.
   * @param path of a Unix socket, at most 107 bytes. A dead socket there is replaced; anything else is left alone.
   * @param capacityBytes size of the ring: a power of two from 256 to 2^31. One message takes at most half of it.
   * @throws (rejects) `ERR_RINGWAY_INVALID_CAPACITY`, `ERR_RINGWAY_PATH_TOO_LONG`, `ERR_RINGWAY_PATH_IN_USE`,
   *   `ERR_RINGWAY_PATH_NOT_SOCKET`, `ERR_RINGWAY_PERMISSION`, `ERR_RINGWAY_UNSUPPORTED`, `signal.reason`, `TimeoutError`
   */
  static listen(path: string, capacityBytes: number, options?: ListenOptions & Maybe<'consumer'>): Promise<BusConsumer>
  static listen(path: string, capacityBytes: number, options: ListenOptions & As<'producer'>): Promise<BusProducer>
  static listen(path: string, capacityBytes: number, options?: ListenOptions): Promise<Bus>
  static async listen(path: string, capacityBytes: number, options: ListenOptions = {}): Promise<unknown> {
    const endpoint = mappedDefaults(options)
    return new Bus(await listenLink(path, [capacityBytes], withRole(options, 'consumer')), endpoint)
  }

  /** The same, blocking the thread until a peer has connected. @throws as `listen`; `ERR_RINGWAY_DEADLOCK` */
  static listenSync(path: string, capacityBytes: number, options?: ListenSyncOptions & Maybe<'consumer'>): BusConsumer
  static listenSync(path: string, capacityBytes: number, options: ListenSyncOptions & As<'producer'>): BusProducer
  static listenSync(path: string, capacityBytes: number, options?: ListenSyncOptions): Bus
  static listenSync(path: string, capacityBytes: number, options: ListenSyncOptions = {}): unknown {
    const endpoint = mappedDefaults(options)
    return new Bus(listenLinkSync(path, [capacityBytes], withRole(options, 'consumer')), endpoint)
  }

  /**
   * Connects to whoever listens on `path`.
   * @param path of a Unix socket, at most 107 bytes
   * @throws (rejects) `ERR_RINGWAY_NO_LISTENER`, `ERR_RINGWAY_PEER_REFUSED`, `ERR_RINGWAY_HANDSHAKE`,
   *   `ERR_RINGWAY_ABI_MISMATCH`, `ERR_RINGWAY_UNSAFE_MEMORY`, `ERR_RINGWAY_CAPACITY_LIMIT`, `ERR_RINGWAY_CORRUPT`,
   *   `ERR_RINGWAY_WRONG_ROLE` (both ends would produce, or both consume), `ERR_RINGWAY_UNSUPPORTED`, `signal.reason`,
   *   `TimeoutError`
   */
  static connect(path: string, options?: ConnectOptions & Maybe<'producer'>): Promise<BusProducer>
  static connect(path: string, options: ConnectOptions & As<'consumer'>): Promise<BusConsumer>
  static connect(path: string, options?: ConnectOptions): Promise<Bus>
  static async connect(path: string, options: ConnectOptions = {}): Promise<unknown> {
    const endpoint = mappedDefaults(options)
    return new Bus(await connectLink(path, 1, withRole(options, 'producer')), endpoint)
  }

  /** The same, blocking the thread. @throws as `connect`; `ERR_RINGWAY_DEADLOCK` */
  static connectSync(path: string, options?: ConnectSyncOptions & Maybe<'producer'>): BusProducer
  static connectSync(path: string, options: ConnectSyncOptions & As<'consumer'>): BusConsumer
  static connectSync(path: string, options?: ConnectSyncOptions): Bus
  static connectSync(path: string, options: ConnectSyncOptions = {}): unknown {
    const endpoint = mappedDefaults(options)
    return new Bus(connectLinkSync(path, 1, withRole(options, 'producer')), endpoint)
  }

  /**
   * Listens for peer after peer: a bus, and a ring of its own, for each. Leaving the loop stops listening and leaves the
   * buses open.
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT` at once; (`next()` rejects) as `listen`
   */
  static accept(
    path: string,
    capacityBytes: number,
    options?: ListenOptions & Maybe<'consumer'>,
  ): Accepting<BusConsumer>
  static accept(path: string, capacityBytes: number, options: ListenOptions & As<'producer'>): Accepting<BusProducer>
  static accept(path: string, capacityBytes: number, options?: ListenOptions): Accepting<Bus>
  static accept(path: string, capacityBytes: number, options: ListenOptions = {}): Accepting<unknown> {
    const endpoint = mappedDefaults(options)
    const links = acceptLinks(path, [capacityBytes], withRole(options, 'consumer'))
    return new Accepted(links, (link) => new Bus(link, endpoint), options.onPeerError)
  }

  /**
   * Moves the ring's memory to one NUMA node and keeps it there: best done before traffic.
   * @param node 0 and up
   * @throws `ERR_RINGWAY_SYSTEM` when the kernel refuses, `ERR_RINGWAY_INVALID_ARGUMENT`
   */
  setNumaNode(node: number): void {
    checkInteger('node', node)
    this.#link.bindToNumaNode(node)
  }
}

function withRole<T extends Maybe<Role>>(options: T, usual: Role): T & As<Role> {
  const { role = usual } = options
  checkRole(role)
  return { ...options, role }
}
