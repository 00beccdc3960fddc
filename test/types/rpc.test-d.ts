import { describe, expectTypeOf, it } from 'vitest'
import {
  type Codec,
  type HandlerContext,
  json,
  method,
  type Proxied,
  type RpcClient,
  type RpcServer,
  type RpcStream,
  rpc,
  structured,
} from '../../src/rpc.js'

interface Order {
  readonly symbol: string
  readonly count: number
}
interface Quote {
  readonly cents: number
}

declare const price: Codec<number>
declare const client: RpcClient
declare const server: RpcServer

class Pricing {
  readonly currency = 'EUR'
  #calls = 0

  @rpc(1)
  raw(request: Uint8Array): Uint8Array {
    return request
  }

  @rpc(2, { request: json<Order>(), response: json<Quote>() })
  quote(order: Order, context: HandlerContext): Promise<Quote> {
    this.#calls += order.count
    return Promise.resolve({ cents: context.msgType ?? 0 })
  }

  @rpc(3, { response: price })
  calls(): number {
    return this.#calls
  }

  @method()
  cancel(symbol: string): void {
    this.#calls -= symbol.length
  }

  @method('prices', { response: structured<Quote>() })
  async *prices(_symbols: readonly string[]): AsyncGenerator<Quote> {
    yield { cents: 1 }
  }

  @method()
  note(_text?: string): boolean {
    return true
  }
}

describe('@rpc and @method', () => {
  it('want methods that take what the codec decodes', () => {
    class Wrong {
      // @ts-expect-error bytes come where no codec is given
      @rpc(1)
      text(_request: string): void {}

      // @ts-expect-error the codec decodes numbers
      @rpc(2, { request: price })
      other(_request: string): void {}
    }
    expectTypeOf<Wrong>().toBeObject()
  })

  it('want methods that return what the codec encodes', () => {
    class Wrong {
      // @ts-expect-error bytes are to be returned where no codec is given
      @rpc(1)
      text(): string {
        return ''
      }

      // @ts-expect-error the codec encodes numbers
      @rpc(2, { response: price })
      other(): string {
        return ''
      }

      // @ts-expect-error each item is encoded
      @rpc(3, { response: price })
      async *items(): AsyncGenerator<string> {
        yield ''
      }
    }
    expectTypeOf<Wrong>().toBeObject()
  })

  it('are for methods', () => {
    class Wrong {
      // @ts-expect-error a field is no method
      @rpc(1)
      field = 1
    }
    expectTypeOf<Wrong>().toBeObject()
  })
})

describe('a handler class as its callers see it', () => {
  const pricing = {} as Proxied<Pricing>

  it('has a promise for each method that answers once', () => {
    expectTypeOf(pricing.raw(new Uint8Array(0))).toEqualTypeOf<Promise<Uint8Array>>()
    expectTypeOf(pricing.quote({ symbol: 'a', count: 1 })).toEqualTypeOf<Promise<Quote>>()
    expectTypeOf(pricing.quote({ symbol: 'a', count: 1 }, { timeoutMs: 5 })).toEqualTypeOf<Promise<Quote>>()
    expectTypeOf(pricing.cancel('a')).toEqualTypeOf<Promise<void>>()
  })

  it('has no request where the method has none, or may be left out', () => {
    expectTypeOf(pricing.calls()).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pricing.calls(undefined, { timeoutMs: 5 })).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pricing.note()).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(pricing.note('a')).toEqualTypeOf<Promise<boolean>>()
  })

  it('has a stream for each async generator', () => {
    expectTypeOf(pricing.prices(['a'])).toEqualTypeOf<RpcStream<Quote>>()
    expectTypeOf(pricing.prices(['a'], { window: 5 })).toEqualTypeOf<RpcStream<Quote>>()
  })

  it('has nothing else', () => {
    expectTypeOf<keyof Proxied<Pricing>>().toEqualTypeOf<'raw' | 'quote' | 'calls' | 'cancel' | 'prices' | 'note'>()
  })

  it('refuses wrong requests and options', () => {
    // @ts-expect-error an order is wanted
    void pricing.quote('a')
    // @ts-expect-error an order is wanted
    void pricing.quote()
    // @ts-expect-error a number is wanted
    void pricing.quote({ symbol: 'a', count: 1 }, { timeoutMs: 'soon' })
    // @ts-expect-error a call that is answered once has no window
    void pricing.quote({ symbol: 'a', count: 1 }, { window: 5 })
  })
})

describe('a client', () => {
  interface Calculator {
    add(terms: { a: number; b: number }): number
    countdown(from: number): AsyncGenerator<number>
  }

  it('makes proxies of classes, and of interfaces', () => {
    expectTypeOf(client.proxy(Pricing)).toEqualTypeOf<Proxied<Pricing>>()
    expectTypeOf(client.proxy<Pick<Calculator, 'add'>>().add({ a: 1, b: 2 })).resolves.toBeNumber()
    const calculator = client.proxy<Calculator>({ streams: { countdown: true } })
    expectTypeOf(calculator.countdown(1)).toEqualTypeOf<RpcStream<number>>()
  })

  it('wants to be told of all streams of an interface, and of nothing else', () => {
    // @ts-expect-error an interface is gone at run time, so its streams have to be named
    void client.proxy<Calculator>()
    // @ts-expect-error add is no stream
    void client.proxy<Calculator>({ streams: { countdown: true, add: true } })
    // @ts-expect-error there is no stream
    void client.proxy<Pick<Calculator, 'add'>>({ streams: {} })
  })

  it('types calls and streams by their codecs', () => {
    expectTypeOf(client.call(1)).resolves.toEqualTypeOf<Uint8Array>()
    expectTypeOf(client.invoke('add', { a: 1 })).resolves.toBeUnknown()
    expectTypeOf(client.invoke<number>('add', { a: 1 })).resolves.toBeNumber()
    expectTypeOf(client.invoke('price', 1, { request: price, response: json<Quote>() })).resolves.toEqualTypeOf<Quote>()
    expectTypeOf(client.stream(1)).toEqualTypeOf<RpcStream<Uint8Array>>()
    expectTypeOf(client.stream('prices', [], { response: price })).toEqualTypeOf<RpcStream<number>>()
    // @ts-expect-error the codec encodes numbers
    void client.invoke('price', 'a', { request: price })
  })
})

describe('a server', () => {
  it('types handlers by their codecs', () => {
    server.register(1, (request) => {
      expectTypeOf(request).toEqualTypeOf<Uint8Array>()
      return request
    })
    server.register(2, (value) => value * 2, { request: price, response: price })
    server.register('add', ({ a, b }: { a: number; b: number }) => a + b)
    server.register('price', (count) => ({ cents: count }), { request: price, response: json<Quote>() })
    // @ts-expect-error bytes come where no codec is given
    server.register(3, (request: string) => Buffer.from(request))
    // @ts-expect-error the codec encodes numbers
    server.register(4, () => 'a', { response: price })
  })
})
