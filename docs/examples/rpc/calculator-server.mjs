// calculator-server.mjs
import { RpcServer } from 'ringway/rpc'

const server = await RpcServer.listen('/tmp/ringway-calls.sock', {
  add: ({ a, b }) => a + b,
  divide: ({ a, b }) => {
    if (b === 0) throw new RangeError('division by zero')
    return a / b
  },
  async *countdown(from) {
    for (let left = from; left > 0; left--) yield left
  },
})
process.once('SIGTERM', () => server.close())
