// double-caller.mjs
import { RpcClient } from 'ringway/rpc'

const client = await RpcClient.connect('/tmp/ringway-double.sock', { waitForListenerMs: 10_000 })
const replies = await Promise.all([1.5, 21].map((value) => client.call(1, Float64Array.of(value))))
console.log(replies.map((bytes) => new Float64Array(bytes.buffer)[0]))
client.close()
