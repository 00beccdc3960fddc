// order-book.ts
import { type Codec, RpcClient, RpcServer, rpc } from 'ringway/rpc'

const levels = 5

interface Level {
  readonly price: number
  readonly size: number
}
interface Book {
  readonly instrument: bigint
  readonly sequence: bigint
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** 8 bytes: an instrument. */
const instruments: Codec<bigint> = {
  encode: (instrument) => ({
    maxBytes: 8,
    writeTo(slot) {
      viewOf(slot).setBigUint64(0, instrument, true)
      return 8
    },
  }),
  decode: (bytes) => viewOf(bytes).getBigUint64(0, true),
}

/** 176 bytes: instrument, sequence, five bids and five asks of a price and a size each. */
const books: Codec<Book> = {
  encode: ({ instrument, sequence, bids, asks }) => ({
    maxBytes: 176,
    writeTo(slot) {
      const view = viewOf(slot)
      view.setBigUint64(0, instrument, true)
      view.setBigUint64(8, sequence, true)
      for (const [at, { price, size }] of [...bids, ...asks].entries()) {
        view.setFloat64(16 + at * 16, price, true)
        view.setFloat64(24 + at * 16, size, true)
      }
      return 176
    },
  }),
  decode(bytes) {
    const view = viewOf(bytes)
    const level = (at: number): Level => ({
      price: view.getFloat64(16 + at * 16, true),
      size: view.getFloat64(24 + at * 16, true),
    })
    const side = (first: number) => Array.from({ length: levels }, (_, at) => level(first + at))
    return {
      instrument: view.getBigUint64(0, true),
      sequence: view.getBigUint64(8, true),
      bids: side(0),
      asks: side(levels),
    }
  },
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

class Exchange {
  #sequence = 0n

  @rpc(1, { request: instruments, response: books })
  book(instrument: bigint): Book {
    const side = (first: number, step: number) =>
      Array.from({ length: levels }, (_, at) => ({ price: first + step * at, size: 10 * (at + 1) }))
    return { instrument, sequence: ++this.#sequence, bids: side(99.5, -0.5), asks: side(100, 0.5) }
  }
}

const path = '/tmp/ringway-exchange.sock'
const server = await RpcServer.listen(path, new Exchange())
const client = await RpcClient.connect(path)
const exchange = client.proxy(Exchange)
const { sequence, bids, asks } = await exchange.book(42n)
console.log(sequence, bids[0]?.price, asks[0]?.price, (await client.call(1, new BigUint64Array([42n]))).byteLength)
client.close()
server.close()
