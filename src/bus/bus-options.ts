import type { RingwayError } from '../errors.js'
import type { EndpointOptions, Role } from './endpoint-options.js'

/** Credentials of a peer's process, as the kernel gave them. */
export interface PeerCredentials {
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** What both ends of a bus may say. */
export interface BusOptions extends EndpointOptions {
  /** Which end of the ring this is. The default is the consumer where it listens, the producer where it connects. */
  readonly role?: Role
  /** Whether to talk to this peer. Without it, peers of the same user only. */
  readonly allow?: (peer: PeerCredentials) => boolean
}

/** For `Bus.listen` and `Bus.accept`. */
export interface ListenOptions extends BusOptions {
  /** How long to wait for a peer, in milliseconds from 0. For ever unless given. */
  readonly timeoutMs?: number
  /** Ends the wait; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal
  /** Called once the path is there, and peers can connect. */
  readonly onListening?: () => void
  /** Called for each peer that was turned away, or failed while it connected. Listening goes on. */
  readonly onPeerError?: (error: RingwayError) => void
}

/** For `Bus.listenSync`, which nothing can abort. */
export interface ListenSyncOptions extends Omit<ListenOptions, 'signal'> {}

/** For `Bus.connect`. */
export interface ConnectOptions extends BusOptions {
  /**
   * How long to wait for somebody to listen on the path, in milliseconds from 0.
   * @default 0
   */
  readonly waitForListenerMs?: number
  /**
   * How long the listener may take to answer, in milliseconds from 0.
   * @default 5000
   */
  readonly timeoutMs?: number
  /** Ends the wait; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal
  /**
   * The largest ring that a listener may have us map, in bytes.
   * @default 2^30
   */
  readonly maxCapacityBytes?: number
}

/** For `Bus.connectSync`, which nothing can abort. */
export interface ConnectSyncOptions extends Omit<ConnectOptions, 'signal'> {}
