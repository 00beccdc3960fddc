import { onTestFinished } from 'vitest'
import type { EndpointOptions } from '../../../src/bus/endpoint-options.js'
import { mappedDefaults } from '../../../src/bus/mapped-defaults.js'
import { CallChannel } from '../../../src/rpc/call-channel.js'
import type { RpcClientOptions } from '../../../src/rpc/client-connection.js'
import type { Handlers } from '../../../src/rpc/handler-registry.js'
import { RpcBus } from '../../../src/rpc/rpc-bus.js'
import { RpcCallee } from '../../../src/rpc/rpc-callee.js'
import { RpcCaller } from '../../../src/rpc/rpc-caller.js'
import { RpcClient } from '../../../src/rpc/rpc-client.js'
import { RpcServer, type RpcServerOptions } from '../../../src/rpc/rpc-server.js'
import { connectLink } from '../../../src/transport/connector.js'
import { listenLink } from '../../../src/transport/listener.js'
import type { MappedLink } from '../../../src/transport/mapped-link.js'
import { socketPath } from '../transport/socket-folder.js'

export interface RpcPair {
  readonly callee: RpcCallee
  readonly caller: RpcCaller
}

/** Both ends of an RPC bus in this thread, closed when the test ends. */
export async function rpcPair(capacityBytes = 4096, options: EndpointOptions = {}): Promise<RpcPair> {
  const path = socketPath()
  const listening = RpcBus.listen(path, capacityBytes, capacityBytes, options)
  const caller = await RpcBus.connect(path, { ...options, waitForListenerMs: 10_000 })
  const callee = await listening
  onTestFinished(() => {
    caller.close()
    callee.close()
  })
  return { callee, caller }
}

/** The same, where each end takes the other for a program that knows the ABI and nothing more. */
export async function foreignPair(capacityBytes = 65536): Promise<RpcPair & { channel: () => CallChannel }> {
  const path = socketPath()
  const listening = listenLink(path, [capacityBytes, capacityBytes], { role: 'consumer' })
  const connected = await connectLink(path, 2, { role: 'producer', waitForListenerMs: 10_000 })
  const accepted = await listening
  const callee = new RpcCallee(seenAsForeign(accepted), mappedDefaults({}))
  onTestFinished(() => callee.close())
  let caller: RpcCaller | undefined
  return {
    callee,
    get caller() {
      caller ??= new RpcCaller(seenAsForeign(connected), mappedDefaults({}))
      onTestFinished(() => caller?.close())
      return caller
    },
    channel() {
      const channel = new CallChannel(seenAsForeign(connected), mappedDefaults({}))
      onTestFinished(() => channel.close())
      return channel
    },
  }
}

export function seenAsForeign(link: MappedLink): MappedLink {
  return new Proxy(link, {
    get(target, property) {
      if (property === 'peer') return { ...target.peer, native: false }
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  })
}

/** A client whose callee is the test. */
export async function clientOfCallee(
  capacityBytes = 65536,
  options: RpcClientOptions = {},
): Promise<{ client: RpcClient; callee: RpcCallee }> {
  const path = socketPath()
  const listening = RpcBus.listen(path, capacityBytes, capacityBytes)
  const client = await RpcClient.connect(path, { waitForListenerMs: 10_000, ...options })
  const callee = await listening
  onTestFinished(() => {
    client.close()
    callee.close()
  })
  return { client, callee }
}

export interface Served {
  readonly path: string
  readonly server: RpcServer
  readonly client: RpcClient
}

/** A server and one client of it in this thread, closed when the test ends. */
export async function served(
  handlers: Handlers,
  options: RpcServerOptions = {},
  clientOptions: RpcClientOptions = {},
): Promise<Served> {
  const path = socketPath()
  const server = await RpcServer.listen(path, handlers, { capacityBytes: 65536, ...options })
  const client = await RpcClient.connect(path, clientOptions)
  onTestFinished(async () => {
    client.close()
    server.close()
    await server.closed
  })
  return { path, server, client }
}

/** A caller at a server, which sends it whatever the test likes. */
export async function rawCaller(path: string): Promise<RpcCaller> {
  const caller = await RpcBus.connect(path)
  onTestFinished(() => caller.close())
  return caller
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
