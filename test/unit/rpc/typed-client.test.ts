import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type Codec,
  type HandlerContext,
  type Handlers,
  json,
  method,
  RpcClient,
  type RpcClientOptions,
  RpcServer,
  type RpcServerOptions,
  rpc,
  structured,
} from '../../../src/rpc.js'
import { temporaryPath } from '../../support/temporary-path.js'

interface Order {
  readonly symbol: string
  readonly count: number
}

const price: Codec<number> = {
  encode: (value) => ({
    maxBytes: 8,
    writeTo(slot) {
      new DataView(slot.buffer, slot.byteOffset).setFloat64(0, value, true)
      return 8
    },
  }),
  decode: (own) => new DataView(own.buffer, own.byteOffset).getFloat64(0, true),
}

class Pricing {
  readonly ended: string[] = []

  @rpc(1)
  echo(request: Uint8Array): Uint8Array {
    return request
  }

  @rpc(2, { request: json<Order>(), response: price })
  async quote({ symbol, count }: Order): Promise<number> {
    if (symbol === '') throw new RangeError('a symbol is wanted')
    return count * 1.5
  }

  @method()
  describe(order: Order, { method: name, peer }: HandlerContext): string {
    return `${name} ${order.symbol} for ${peer.native ? 'a ringway' : 'another'}`
  }

  @method('counting', { response: structured<Map<string, number>>() })
  async *count(to: number): AsyncGenerator<Map<string, number>> {
    try {
      for (let at = 1; at <= to; at++) yield new Map([['at', at]])
    } finally {
      this.ended.push(`count ${to}`)
    }
  }

  @rpc(3)
  async *letters(): AsyncGenerator<Uint8Array> {
    for (const letter of 'abc') yield Buffer.from(letter)
  }

  @method()
  async *failing(): AsyncGenerator<number> {
    yield 1
    throw new RangeError('no more')
  }

  notRemote(): void {}
}

async function connected(
  handlers: Handlers,
  { server: serverOptions, client: clientOptions }: { server?: RpcServerOptions; client?: RpcClientOptions } = {},
) {
  const path = temporaryPath()
  const server = await RpcServer.listen(path, handlers, { capacityBytes: 1 << 16, ...serverOptions })
  const client = await RpcClient.connect(path, clientOptions)
  onTestFinished(async () => {
    client.close()
    server.close()
    await server.closed
  })
  return { server, client, path }
}

async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

describe('client.invoke', () => {
  it('calls a method by name, in JSON', async () => {
    const { client } = await connected({ add: ({ a, b }: { a: number; b: number }) => a + b, now: () => undefined })
    expect(await client.invoke('add', { a: 1, b: 2 })).toBe(3)
    expect(await client.invoke('now')).toBeUndefined()
  })

  it('calls through the codecs it is given, by name and by type', async () => {
    const { client, server } = await connected([])
    const codecs = { request: structured<Set<number>>(), response: price }
    const sum = (values: Set<number>) => [...values].reduce((total, value) => total + value, 0)
    server.register('sum', sum, codecs)
    server.register(9, sum, codecs)
    expect(await client.invoke('sum', new Set([1, 2.5]), codecs)).toBe(3.5)
    expect(await client.invoke(9, new Set([1, 2]), codecs)).toBe(3)
  })

  it('rejects before anything is sent when the request cannot be encoded', async () => {
    const { client } = await connected({ add: () => expect.unreachable() })
    await expect(client.invoke('add', 1n)).rejects.toMatchObject({
      code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
      message: expect.stringContaining('request of method add'),
    })
    expect(client.pendingCalls).toBe(0)
  })

  it('rejects when the handler cannot decode the request, or encode its answer, or the caller decode it', async () => {
    const { client } = await connected({ odd: () => 1n, fine: () => 1 })
    const refused = { code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE' }
    const garbage: Codec<unknown> = { encode: () => Buffer.from('{'), decode: () => 0 }
    await expect(client.invoke('fine', 0, { request: garbage })).rejects.toMatchObject(refused)
    await expect(client.invoke('odd')).rejects.toMatchObject(refused)
    await expect(client.invoke('fine', 0, { response: structured() })).rejects.toMatchObject(refused)
    expect(await client.invoke('fine')).toBe(1)
  })
})

describe('client.proxy of a class', () => {
  it('calls its methods as they are decorated', async () => {
    const { client } = await connected(new Pricing())
    const pricing = client.proxy(Pricing)
    expect(Buffer.from(await pricing.echo(Buffer.from('bytes'))).toString()).toBe('bytes')
    expect(await pricing.quote({ symbol: 'A', count: 3 })).toBe(4.5)
    expect(await pricing.describe({ symbol: 'A', count: 3 })).toBe('describe A for a ringway')
    expect((await all(pricing.count(2))).map((map) => map.get('at'))).toEqual([1, 2])
    expect(Buffer.concat(await all(pricing.letters())).toString()).toBe('abc')
  })

  it('rejects with what the handler threw', async () => {
    const { client } = await connected(new Pricing())
    await expect(client.proxy(Pricing).quote({ symbol: '', count: 1 })).rejects.toMatchObject({
      name: 'RpcError',
      code: 'ERR_RINGWAY_RPC_HANDLER_FAILED',
      remote: { name: 'RangeError', message: 'a symbol is wanted' },
    })
  })

  it('refuses what is not remote, and a class without handlers', async () => {
    const { client } = await connected(new Pricing())
    expect(() => client.proxy(Pricing).notRemote()).toThrow('Pricing.notRemote has no @rpc or @method')
    expect(() => client.proxy(class Plain {})).toThrow('Plain has no method with @rpc or @method')
  })
})

describe('client.proxy of an interface', () => {
  interface Calculator {
    add(terms: { a: number; b: number }): number
    count(to: number): AsyncGenerator<number>
  }
  const handlers = {
    add: ({ a, b }: { a: number; b: number }) => a + b,
    async *count(to: number) {
      for (let at = 1; at <= to; at++) yield at
    },
  }

  it('calls its methods by their names', async () => {
    const { client } = await connected(handlers)
    const calculator = client.proxy<Calculator>({ streams: { count: true } })
    expect(await calculator.add({ a: 1, b: 2 }, { timeoutMs: 5000 })).toBe(3)
    expect(await all(calculator.count(3))).toEqual([1, 2, 3])
    expect(calculator.add).toBe(calculator.add)
  })

  it('is no promise, so it can be awaited', async () => {
    const { client } = await connected(handlers)
    const calculator = await client.proxy<Pick<Calculator, 'add'>>()
    expect(await calculator.add({ a: 1, b: 2 })).toBe(3)
  })

  it('rejects after the client is closed', async () => {
    const { client } = await connected(handlers)
    const calculator = client.proxy<Pick<Calculator, 'add'>>()
    client.close()
    await expect(calculator.add({ a: 1, b: 2 })).rejects.toMatchObject({ code: 'ERR_RINGWAY_CLOSED' })
  })

  it('rejects a method that the server does not have', async () => {
    const { client } = await connected(handlers)
    const other = client.proxy<{ subtract(): number }>()
    await expect(other.subtract()).rejects.toMatchObject({ code: 'ERR_RINGWAY_RPC_UNKNOWN_METHOD' })
  })
})

describe('client.stream', () => {
  it('brings everything, in order, through a ring that holds a few items', async () => {
    const { client } = await connected(
      {
        async *blocks(count: number) {
          for (let at = 0; at < count; at++) yield { at, filling: 'x'.repeat(300) }
        },
      },
      { server: { capacityBytes: 4096, replyCapacityBytes: 1024 } },
    )
    const items = await all(client.stream<{ at: number }>('blocks', 500))
    expect(items.map(({ at }) => at)).toEqual(Array.from({ length: 500 }, (_, at) => at))
  })

  it('lets the handler run ahead by the window and no further', async () => {
    let made = 0
    const { client } = await connected({
      async *numbers() {
        for (;;) yield ++made
      },
    })
    const stream = client.stream<number>('numbers', undefined, { window: 8 })
    expect(await stream.next()).toMatchObject({ value: 1 })
    for (let turn = 0; turn < 20; turn++) await client.invoke('absent').catch(() => undefined)
    expect(made).toBeLessThanOrEqual(8 + 8 / 2)
    await stream.return()
  })

  it('ends the handler when the loop is left', async () => {
    const pricing = new Pricing()
    const { client, server } = await connected(pricing)
    for await (const item of client.proxy(Pricing).count(1e9)) if (item.get('at') === 3) break
    while (server.runningCalls > 0) await client.proxy(Pricing).echo(new Uint8Array(0))
    expect(pricing.ended).toEqual(['count 1000000000'])
  })

  it('ends the handler, and throws its reason, when the signal is aborted', async () => {
    const pricing = new Pricing()
    const { client, server } = await connected(pricing)
    const controller = new AbortController()
    const loop = async () => {
      for await (const item of client.proxy(Pricing).count(1e9, { signal: controller.signal })) {
        if (item.get('at') === 3) controller.abort(new Error('enough'))
      }
    }
    await expect(loop()).rejects.toThrow('enough')
    while (server.runningCalls > 0) await client.proxy(Pricing).echo(new Uint8Array(0))
    expect(pricing.ended).toEqual(['count 1000000000'])
  })

  it('aborts the signal of a handler that waits', async () => {
    const reasons: unknown[] = []
    const { client, server } = await connected({
      async *quiet(_request: unknown, { signal }: HandlerContext) {
        yield 1
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        reasons.push((signal.reason as { code?: string }).code)
      },
    })
    for await (const _item of client.stream('quiet')) break
    while (server.runningCalls > 0) await client.invoke('absent').catch(() => undefined)
    expect(reasons).toEqual(['ERR_RINGWAY_RPC_CANCELLED'])
  })

  it('throws what the handler throws, after its items', async () => {
    const { client } = await connected(new Pricing())
    const stream = client.proxy(Pricing).failing()
    expect(await stream.next()).toMatchObject({ value: 1 })
    await expect(stream.next()).rejects.toMatchObject({
      code: 'ERR_RINGWAY_RPC_HANDLER_FAILED',
      remote: { name: 'RangeError', message: 'no more' },
    })
  })

  it('throws when the handler answers once, and a call when it streams', async () => {
    const { client, server } = await connected(new Pricing())
    const protocol = { code: 'ERR_RINGWAY_RPC_PROTOCOL' }
    await expect(client.stream('describe', { symbol: 'A' }).next()).rejects.toMatchObject(protocol)
    await expect(client.call(3)).rejects.toMatchObject(protocol)
    await expect(client.invoke('counting', 1e9)).rejects.toMatchObject(protocol)
    while (server.runningCalls > 0) await client.call(1)
  })

  it('throws when the server closes', async () => {
    const { client, server } = await connected(new Pricing())
    const stream = client.proxy(Pricing).count(1e9, { window: 1 })
    await stream.next()
    server.close()
    await expect(all(stream)).rejects.toMatchObject({ code: 'ERR_RINGWAY_RPC_SERVER_CLOSING' })
  })

  it('throws when an item takes too long, and ends the handler', async () => {
    const { client, server } = await connected({
      async *quiet(_request: unknown, { signal }: HandlerContext) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        yield 1
      },
    })
    const stream = client.stream('quiet', undefined, { timeoutMs: 30 })
    await expect(stream.next()).rejects.toMatchObject({ code: 'ERR_RINGWAY_TIMEOUT' })
    while (server.runningCalls > 0) await client.invoke('absent').catch(() => undefined)
  })

  it.each([0, 1.5, 2 ** 32, -1])('refuses a window of %d', async (window) => {
    const { client } = await connected(new Pricing())
    expect(() => client.stream('counting', 1, { window })).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_INVALID_ARGUMENT' }),
    )
  })
})
