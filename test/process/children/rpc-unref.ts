// A server and its client in one process, with a call under way that is never answered. Arguments: path, and whether both
// are unref'd. Ends by itself only if they are.
import { RpcClient, RpcServer } from '../../../src/rpc.js'

const [path = '', referenced = ''] = process.argv.slice(2)
const server = await RpcServer.listen(path, { 1: () => new Promise<never>(() => undefined) })
const client = await RpcClient.connect(path)
client.call(1).catch(() => undefined)
if (referenced === 'unref') {
  server.unref()
  client.unref()
}
setTimeout(() => process.stdout.write('{"waited":true}\n'), 200).unref()
