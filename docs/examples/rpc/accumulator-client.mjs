// accumulator-client.mjs
import { RpcClient } from 'ringway/rpc'

const connect = () => RpcClient.connect('/tmp/ringway-sums.sock', { waitForListenerMs: 10_000 })
const [one, other] = [await connect(), await connect()]
await one.invoke('add', 5)
await other.invoke('add', 100)
console.log(await one.invoke('add', 2), await other.invoke('add', 1))
one.close()
other.close()
