// calculator-client.mjs
import { RpcClient } from 'ringway/rpc'

const client = await RpcClient.connect('/tmp/ringway-calls.sock', { waitForListenerMs: 10_000 })
console.log(await client.invoke('add', { a: 1, b: 2 }))
const all = await Promise.all([1, 2, 3].map((b) => client.invoke('divide', { a: 6, b })))
console.log(all)
try {
  await client.invoke('divide', { a: 1, b: 0 }, { timeoutMs: 1000 })
} catch (error) {
  console.log(error.code, error.remote.name, error.remote.message)
}
client.close()
