/** `ringway`: messages between processes, threads and languages through shared memory. */
export type { Accepting } from './bus/accepted.js'
export { Bus, type BusConsumer, type BusProducer } from './bus/bus.js'
export type {
  BusOptions,
  ConnectOptions,
  ConnectSyncOptions,
  ListenOptions,
  ListenSyncOptions,
  PeerCredentials,
} from './bus/bus-options.js'
export * from './threads.js'
export type { PeerInfo } from './transport/link.js'
