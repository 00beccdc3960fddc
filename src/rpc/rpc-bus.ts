import { Accepted, type Accepting } from '../bus/accepted.js'
import type { ConnectOptions, ConnectSyncOptions, ListenOptions, ListenSyncOptions } from '../bus/bus-options.js'
import { mappedDefaults } from '../bus/mapped-defaults.js'
import { connectLink, connectLinkSync } from '../transport/connector.js'
import { acceptLinks, listenLink, listenLinkSync } from '../transport/listener.js'
import { RpcCallee } from './rpc-callee.js'
import { RpcCaller } from './rpc-caller.js'

/** For `RpcBus.listen` and `RpcBus.accept`: as for `Bus.listen`; the roles are given. */
export interface RpcListenOptions extends Omit<ListenOptions, 'role'> {}
/** For `RpcBus.listenSync`. */
export interface RpcListenSyncOptions extends Omit<ListenSyncOptions, 'role'> {}
/** For `RpcBus.connect`: as for `Bus.connect`; the roles are given. */
export interface RpcConnectOptions extends Omit<ConnectOptions, 'role'> {}
/** For `RpcBus.connectSync`. */
export interface RpcConnectSyncOptions extends Omit<ConnectSyncOptions, 'role'> {}

/**
 * The ABI's own RPC between two processes: two rings, one for calls and one for replies. The listener is the callee, the
 * connector the caller; either may be any program that speaks Tachyon's ABI 0x04.
 */
export const RpcBus = {
  /**
   * Makes two rings, and waits for the first caller that connects to `path`. The path is gone when this resolves.
   * @param path of a Unix socket, at most 107 bytes
   * @param callCapacityBytes size of the ring for calls: a power of two from 256 to 2^31
   * @param replyCapacityBytes the same, for replies
   * @throws (rejects) as `Bus.listen`
   */
  async listen(
    path: string,
    callCapacityBytes: number,
    replyCapacityBytes: number,
    options: RpcListenOptions = {},
  ): Promise<RpcCallee> {
    const endpoint = mappedDefaults(options)
    return new RpcCallee(await listenLink(path, [callCapacityBytes, replyCapacityBytes], asCallee(options)), endpoint)
  },

  /** The same, blocking the thread until a caller has connected. @throws as `Bus.listenSync` */
  listenSync(
    path: string,
    callCapacityBytes: number,
    replyCapacityBytes: number,
    options: RpcListenSyncOptions = {},
  ): RpcCallee {
    const endpoint = mappedDefaults(options)
    return new RpcCallee(listenLinkSync(path, [callCapacityBytes, replyCapacityBytes], asCallee(options)), endpoint)
  },

  /**
   * Listens for caller after caller: a pair of rings for each. Leaving the loop stops listening and leaves the callees open.
   * @throws (rejects) as `Bus.accept`
   */
  accept(
    path: string,
    callCapacityBytes: number,
    replyCapacityBytes: number,
    options: RpcListenOptions = {},
  ): Accepting<RpcCallee> {
    const endpoint = mappedDefaults(options)
    const links = acceptLinks(path, [callCapacityBytes, replyCapacityBytes], asCallee(options))
    return new Accepted(links, (link) => new RpcCallee(link, endpoint), options.onPeerError)
  },

  /** Connects to the callee that listens on `path`. @throws (rejects) as `Bus.connect` */
  async connect(path: string, options: RpcConnectOptions = {}): Promise<RpcCaller> {
    const endpoint = mappedDefaults(options)
    return new RpcCaller(await connectLink(path, 2, asCaller(options)), endpoint)
  },

  /** The same, blocking the thread. @throws as `Bus.connectSync` */
  connectSync(path: string, options: RpcConnectSyncOptions = {}): RpcCaller {
    const endpoint = mappedDefaults(options)
    return new RpcCaller(connectLinkSync(path, 2, asCaller(options)), endpoint)
  },
} as const

export function asCallee<T extends object>(options: T): T & { readonly role: 'consumer' } {
  return { ...options, role: 'consumer' }
}

export function asCaller<T extends object>(options: T): T & { readonly role: 'producer' } {
  return { ...options, role: 'producer' }
}
