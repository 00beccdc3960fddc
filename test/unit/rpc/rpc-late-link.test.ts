import { expect, it, onTestFinished, vi } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { RpcClient } from '../../../src/rpc/rpc-client.js'
import { RpcServer } from '../../../src/rpc/rpc-server.js'
import { coded } from '../../support/bus/thread-pair.js'
import { socketPath } from '../../support/transport/socket-folder.js'

/** Called in the moment in which a connection is made, before whoever waits for it knows. */
const moments = vi.hoisted(() => ({ connected: () => {}, accepted: () => {} }))

vi.mock('../../../src/transport/connector.js', async (original) => {
  const real = await original<typeof import('../../../src/transport/connector.js')>()
  return {
    ...real,
    connectLink: async (...parameters: Parameters<typeof real.connectLink>) => {
      const link = await real.connectLink(...parameters)
      moments.connected()
      return link
    },
  }
})

vi.mock('../../../src/transport/listener.js', async (original) => {
  const real = await original<typeof import('../../../src/transport/listener.js')>()
  return {
    ...real,
    acceptLinks: (...parameters: Parameters<typeof real.acceptLinks>) => {
      const links = real.acceptLinks(...parameters)
      const next = links.next.bind(links)
      links.next = async () => {
        const result = await next()
        if (!result.done) moments.accepted()
        return result
      }
      return links
    },
  }
})

it('a client that is closed while it connects anew leaves no connection behind', async () => {
  const path = socketPath()
  const first = await RpcServer.listen(path, {})
  const client = await RpcClient.connect(path, { reconnect: true })
  first.close()
  await first.closed
  await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
  const second = await RpcServer.listen(path, {})
  onTestFinished(() => second.close())
  moments.connected = () => client.close()
  await expect(client.call(1)).rejects.toEqual(coded(ErrorCode.closed))
  moments.connected = () => {}
  expect(client.state).toBe('closed')
  await vi.waitFor(() => expect(second.clientCount).toBe(0))
})

it('a server that closes while a client connects leaves no connection behind', async () => {
  const path = socketPath()
  const server = await RpcServer.listen(path, {})
  moments.accepted = () => server.close()
  const client = await RpcClient.connect(path)
  onTestFinished(() => client.close())
  await server.closed
  moments.accepted = () => {}
  await vi.waitFor(() => expect(client.state).toBe('peer-closed'))
  expect(server.clientCount).toBe(0)
})
