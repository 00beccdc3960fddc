import { describe, expect, it } from 'vitest'

import type { json, Writable } from '../../../src/rpc/codecs.js'
import { method } from '../../../src/rpc/decorators.js'
import type { Answer, HandlerContext } from '../../../src/rpc/handler.js'
import { HandlerRegistry } from '../../../src/rpc/handler-registry.js'
import { writtenBytes } from '../../../src/rpc/outbox.js'

const context = {} as HandlerContext

function textOf(answer: Answer): string {
  const own = answer === undefined ? new Uint8Array(0) : writtenBytes(answer as Uint8Array | Writable)
  return Buffer.from(own).toString()
}

async function ask(registry: HandlerRegistry, name: string, request: string): Promise<string> {
  const handler = registry.byName(name)
  if (handler?.kind !== 'unary') throw new Error(`nothing answers ${name} once`)
  return textOf(await handler.invoke(Buffer.from(request), context))
}

async function itemsOf(registry: HandlerRegistry, name: string, request: string): Promise<string[]> {
  const handler = registry.byName(name)
  if (handler?.kind !== 'stream') throw new Error(`nothing answers ${name} with a stream`)
  const items: string[] = []
  for await (const item of handler.invoke(Buffer.from(request), context)) {
    items.push(textOf(item))
  }
  return items
}

const invalid = (message: string | RegExp) =>
  expect.objectContaining({ code: 'ERR_RINGWAY_INVALID_ARGUMENT', message: expect.stringMatching(message) })

describe('a registry', () => {
  it('takes functions of a plain object, those with numbers for names by message type', () => {
    const registry = new HandlerRegistry({ add: () => 1, 7: () => undefined, '007': () => 2 })
    expect(registry.keys).toEqual([7, 'add', '007'])
  })

  it('takes an object without a prototype, as modules are', () => {
    const handlers = Object.assign(Object.create(null), { add: () => 1 })
    expect(new HandlerRegistry(handlers).keys).toEqual(['add'])
  })

  it('takes functions one by one, and other registries', () => {
    const first = new HandlerRegistry().register(7, (request) => request).register('add', () => 1)
    expect(new HandlerRegistry([first, { subtract: () => 2 }]).keys).toEqual([7, 'add', 'subtract'])
  })

  it('refuses to replace a handler, with both names', () => {
    const registry = new HandlerRegistry({ add: () => 1 })
    expect(() => registry.register('add', () => 2)).toThrow(
      invalid('^handler add and the handler of method add both answer to method add$'),
    )
    expect(() => registry.register(7, () => undefined).register(7, () => undefined)).toThrow(
      invalid('both answer to message type 7'),
    )
  })

  it.each([[0xffff], [-1], [0.5]])('refuses the message type %s', (key) => {
    expect(() => new HandlerRegistry().register(key, () => undefined)).toThrow(invalid('0 to 65534'))
  })

  it('refuses what answers nothing', () => {
    class Plain {
      add(): number {
        return 1
      }
    }
    expect(() => new HandlerRegistry(new Plain())).toThrow(invalid('^Plain has no method with @rpc or @method$'))
    expect(() => new HandlerRegistry({ add: 1 })).toThrow(invalid('^handler add is no function but number$'))
    expect(() => new HandlerRegistry(null as unknown as object)).toThrow(invalid('not null$'))
    expect(() => new HandlerRegistry((() => 1) as object)).toThrow(invalid('not function$'))
    expect(() => new HandlerRegistry().register('add', 1 as unknown as () => 1)).toThrow(invalid('no function'))
  })

  it('says whose codec is none', () => {
    const none = { response: {} as ReturnType<typeof json> }
    expect(() => new HandlerRegistry().register('add', () => 1, none)).toThrow(
      invalid('^The codec for the response of the handler of method add has no encode'),
    )
  })
})

describe('a handler behind its codecs', () => {
  it('gets the decoded request, and its answer is encoded, whether it comes now or later', async () => {
    const registry = new HandlerRegistry({
      now: ({ a, b }: { a: number; b: number }) => a + b,
      later: async ({ a, b }: { a: number; b: number }) => a * b,
    })
    expect(await ask(registry, 'now', '{"a":2,"b":3}')).toBe('5')
    expect(await ask(registry, 'later', '{"a":2,"b":3}')).toBe('6')
  })

  it('has its answer written straight into the ring where the codec can', async () => {
    const handler = new HandlerRegistry({ word: () => 'hello' }).byName('word')
    expect(await handler?.invoke(new Uint8Array(0), context)).toMatchObject({ maxBytes: 21 })
  })

  it('gets and returns the very bytes where it answers to a message type', async () => {
    const request = Uint8Array.of(1, 2)
    const handler = new HandlerRegistry().register(7, (own) => own).byType(7)
    expect(await handler?.invoke(request, context)).toBe(request)
  })

  it('is not called with a request that cannot be decoded', () => {
    const registry = new HandlerRegistry({ add: () => expect.unreachable() })
    const handler = registry.byName('add')
    expect(() => handler?.invoke(Buffer.from('{'), context)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE' }),
    )
  })

  it('fails with the answer that cannot be encoded, now or later', async () => {
    const registry = new HandlerRegistry({ now: () => 1n, later: async () => 1n })
    const refused = { code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE', message: expect.stringContaining('response of method') }
    expect(() => registry.byName('now')?.invoke(new Uint8Array(0), context)).toThrow(expect.objectContaining(refused))
    await expect(registry.byName('later')?.invoke(new Uint8Array(0), context)).rejects.toMatchObject(refused)
  })

  it('streams when it is an async generator, of an object or alone', async () => {
    class Counting {
      from = 1

      @method()
      async *count(to: number): AsyncGenerator<number> {
        for (let at = this.from; at <= to; at++) yield at
      }
    }
    const registry = new HandlerRegistry([
      new Counting(),
      {
        async *letters() {
          yield 'a'
        },
      },
    ])
    expect(await itemsOf(registry, 'count', '3')).toEqual(['1', '2', '3'])
    expect(await itemsOf(registry, 'letters', '')).toEqual(['"a"'])
  })

  it('ends its stream, and its generator, at an item that cannot be encoded', async () => {
    const events: string[] = []
    const registry = new HandlerRegistry({
      async *odd() {
        try {
          yield 1
          yield 1n
        } finally {
          events.push('put away')
        }
      },
    })
    await expect(itemsOf(registry, 'odd', '')).rejects.toMatchObject({
      code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
      message: expect.stringContaining('item of method odd'),
    })
    expect(events).toEqual(['put away'])
  })

  it('is told when it returns a stream without being an async generator', () => {
    async function* letters() {
      yield 'a'
    }
    const handler = new HandlerRegistry({ wrapped: () => letters() }).byName('wrapped')
    expect(() => handler?.invoke(new Uint8Array(0), context)).toThrow('`async *` makes it one')
  })
})
