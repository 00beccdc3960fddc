// countdown.mjs
import { RpcClient } from 'ringway/rpc'

const client = await RpcClient.connect('/tmp/ringway-calls.sock', { waitForListenerMs: 10_000 })
for await (const left of client.stream('countdown', 1_000_000)) {
  console.log(left)
  if (left === 999_998) break
}
client.close()
