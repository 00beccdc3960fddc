/** `ringway/rpc`: calls and replies, handlers, many clients. */
export type { EndpointOptions } from './bus/endpoint-options.js'
export type { CorrelatedMessage, Message } from './bus/message.js'
export type { Payload } from './bus/payload.js'
export type { RxGuard } from './bus/rx-guard.js'
export type { BusEnd, BusState } from './bus/session.js'
export type { TxGuard } from './bus/tx-guard.js'
export type { BlockOptions, WaitOptions } from './bus/wait-options.js'
export { ErrorCode, PeerDeadError, RingwayError, TimeoutError } from './errors.js'
export { BridgeClient } from './rpc/bridge/bridge-client.js'
export type {
  BridgeConnectOptions,
  BridgeEnd,
  BridgeHandler,
  BridgeHandlerContext,
  BridgeServerOptions,
} from './rpc/bridge/bridge-options.js'
export { BridgeServer } from './rpc/bridge/bridge-server.js'
export type { CallOptions, CodecOptions, Proxied, ProxyOptions, StreamOptions } from './rpc/client-api.js'
export type { RpcClientOptions } from './rpc/client-connection.js'
export { type AnyCodec, type BytesCodec, bytes, type Codec, json, structured, type Writable } from './rpc/codecs.js'
export { type HandlerCodecs, method, rpc } from './rpc/decorators.js'
export { Dispatcher, type DispatchOptions } from './rpc/dispatcher.js'
export type { Handler, HandlerContext } from './rpc/handler.js'
export { HandlerRegistry, type Handlers } from './rpc/handler-registry.js'
export { findLeftovers, type Leftover } from './rpc/leftovers.js'
export { handlersOfModule } from './rpc/module-handlers.js'
export {
  RpcBus,
  type RpcConnectOptions,
  type RpcConnectSyncOptions,
  type RpcListenOptions,
  type RpcListenSyncOptions,
} from './rpc/rpc-bus.js'
export type { RpcCallee } from './rpc/rpc-callee.js'
export type { RpcCaller } from './rpc/rpc-caller.js'
export { RpcClient } from './rpc/rpc-client.js'
export { type RemoteFailure, RpcError, type RpcErrorCode } from './rpc/rpc-error.js'
export { RpcServer, type RpcServerOptions } from './rpc/rpc-server.js'
export type { RpcStream } from './rpc/rpc-stream.js'
export type { PeerInfo } from './transport/link.js'
