// A server and a client that have talked, and then do nothing for some seconds: how much of a processor that takes.
import { BridgeClient } from '../../../src/rpc/bridge/bridge-client.js'
import { BridgeServer } from '../../../src/rpc/bridge/bridge-server.js'

const [name = '', idleMs = '2000'] = process.argv.slice(2)
const server = await BridgeServer.listen(name, { echo: ({ value }: { value: unknown }) => value })
const client = await BridgeClient.connect(name)
for (let index = 0; index < 100; index++) await client.call('echo', { value: index })
await new Promise((resolve) => setTimeout(resolve, 1000))
const before = process.cpuUsage()
await new Promise((resolve) => setTimeout(resolve, Number(idleMs)))
const { user, system } = process.cpuUsage(before)
process.stdout.write(`${JSON.stringify({ busyPercent: (user + system) / 10 / Number(idleMs) })}\n`)
client.close()
server.close()
