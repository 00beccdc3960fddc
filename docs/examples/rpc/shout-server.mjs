// shout-server.mjs
import { RpcServer } from 'ringway/rpc'

const server = await RpcServer.listen('/tmp/ringway-shout.sock', {
  7: (request) => Buffer.from(Buffer.from(request).toString().toUpperCase()),
})
process.once('SIGTERM', () => server.close())
