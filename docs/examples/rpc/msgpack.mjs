// msgpack.mjs, with the package msgpackr
import { pack, unpack } from 'msgpackr'
import { RpcClient, RpcServer } from 'ringway/rpc'

const msgpack = { encode: pack, decode: unpack }
const codecs = { request: msgpack, response: msgpack }

const server = await RpcServer.listen('/tmp/ringway-msgpack.sock')
server.register('tomorrow', (date) => new Date(date.getTime() + 86_400_000), codecs)

const client = await RpcClient.connect('/tmp/ringway-msgpack.sock')
const date = await client.invoke('tomorrow', new Date('2024-02-28T00:00:00Z'), codecs)
console.log(date.toISOString())
client.close()
server.close()
