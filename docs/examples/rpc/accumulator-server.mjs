// accumulator-server.mjs
import { RpcServer } from 'ringway/rpc'

/** Sums by client: an entry goes when its client does. */
const sums = new WeakMap()

const server = await RpcServer.listen('/tmp/ringway-sums.sock', {
  add(value, { peer }) {
    const sum = (sums.get(peer) ?? 0) + value
    sums.set(peer, sum)
    return sum
  },
})
process.once('SIGTERM', () => server.close())
