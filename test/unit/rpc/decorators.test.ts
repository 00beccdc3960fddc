import { describe, expect, it } from 'vitest'
import { json, type Writable } from '../../../src/rpc/codecs.js'
import { method, rpc } from '../../../src/rpc/decorators.js'
import type { HandlerContext } from '../../../src/rpc/handler.js'
import { HandlerRegistry } from '../../../src/rpc/handler-registry.js'
import { writtenBytes } from '../../../src/rpc/outbox.js'

/** What a handler answers, as text. */
async function answer(registry: HandlerRegistry, key: number | string, request = ''): Promise<string> {
  const handler = typeof key === 'number' ? registry.byType(key) : registry.byName(key)
  if (handler?.kind !== 'unary') throw new Error(`nothing answers ${key} once`)
  const reply = await handler.invoke(Buffer.from(request), {} as HandlerContext)
  return Buffer.from(writtenBytes(reply as Uint8Array | Writable)).toString()
}

class Base {
  greeting = 'base'

  @rpc(1)
  first(_request: Uint8Array): Uint8Array {
    return Buffer.from(`${this.greeting} first`)
  }

  @rpc(2)
  second(_request: Uint8Array): Uint8Array {
    return Buffer.from(`${this.greeting} second`)
  }

  @method('third of all')
  third(words: string): string {
    return `${this.greeting} third ${words}`
  }

  @method()
  fourth(): string {
    return 'fourth'
  }
}

describe('@rpc and @method', () => {
  it('make methods answer by type and by name, with their object as this', async () => {
    const registry = new HandlerRegistry(new Base())
    expect(registry.keys).toEqual([1, 2, 'third of all', 'fourth'])
    expect(await answer(registry, 1)).toBe('base first')
    expect(await answer(registry, 'third of all', '"x"')).toBe('"base third x"')
    expect(await answer(registry, 'fourth')).toBe('"fourth"')
  })

  it('hold for methods that are inherited, and for those that override one without a decorator', async () => {
    class Derived extends Base {
      override greeting = 'derived'

      override second(_request: Uint8Array): Uint8Array {
        return Buffer.from('overridden')
      }

      @rpc(3)
      fifth(): Uint8Array {
        return super.second(new Uint8Array(0))
      }
    }
    const registry = new HandlerRegistry(new Derived())
    expect(await answer(registry, 1)).toBe('derived first')
    expect(await answer(registry, 2)).toBe('overridden')
    expect(await answer(registry, 3)).toBe('derived second')
    expect(new HandlerRegistry(new Base()).byType(3)).toBeUndefined()
  })

  it('are replaced by those of the method that overrides', async () => {
    class Derived extends Base {
      @rpc(20)
      override second(_request: Uint8Array): Uint8Array {
        return Buffer.from('twenty')
      }
    }
    const registry = new HandlerRegistry(new Derived())
    expect(registry.byType(2)).toBeUndefined()
    expect(await answer(registry, 20)).toBe('twenty')
  })

  it('go through a class in between that decorates nothing', async () => {
    class Between extends Base {}
    class Last extends Between {}
    expect(await answer(new HandlerRegistry(new Last()), 1)).toBe('base first')
  })

  it('survive a decorator that wraps the method', async () => {
    function loud(inner: (request: Uint8Array) => Uint8Array) {
      return function (this: unknown, request: Uint8Array): Uint8Array {
        return Buffer.from(`${Buffer.from(inner.call(this, request)).toString()}!`)
      }
    }
    class Wrapped {
      @loud
      @rpc(1)
      a(request: Uint8Array): Uint8Array {
        return request
      }
    }
    expect(await answer(new HandlerRegistry(new Wrapped()), 1, 'hello')).toBe('hello!')
  })

  it('give one method a type and a name, each with its codecs', async () => {
    class Both {
      @rpc(1, { request: json<number>() })
      @method('double')
      double(value: number): Uint8Array {
        return Buffer.from(String(2 * value))
      }
    }
    expect(await answer(new HandlerRegistry(new Both()), 1, '4')).toBe('8')
  })

  it.each([-1, 1.5, 65_536, Number.NaN, '7'])('refuse the message type %s when the class is defined', (msgType) => {
    const define = () =>
      class {
        @rpc(msgType as number)
        quote(): void {}
      }
    expect(define).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_INVALID_ARGUMENT',
        message: `The message type of quote is an integer from 0 to 65534, not ${msgType}`,
      }),
    )
  })

  it('refuse 0xFFFF when the class is defined, and say why', () => {
    const define = () =>
      class {
        @rpc(0xffff)
        quote(): void {}
      }
    expect(define).toThrow(/quote .* not 65535: 65535 \(0xFFFF\) is how/)
  })

  it.each(['', 'x'.repeat(65_536)])('refuse a name that no frame holds', (name) => {
    const define = () =>
      class {
        @method(name)
        quote(): void {}
      }
    expect(define).toThrow(/^The name of quote is a text of 1 to 65535 bytes as UTF-8, not one of (0|65536) bytes$/)
  })

  it('refuse a method without a text for a name', () => {
    const define = () =>
      class {
        @method()
        [Symbol.iterator](): void {}
      }
    expect(define).toThrow('not Symbol(Symbol.iterator)')
  })

  it('refuse methods that no caller could reach', () => {
    const define = () =>
      class {
        own = 1

        @rpc(1)
        static shared(): void {}
      }
    expect(define).toThrow('A handler is a public method of an object, and shared is none')
    const hidden = () =>
      class {
        @rpc(1)
        #own(): void {}

        use(): void {
          this.#own()
        }
      }
    expect(hidden).toThrow('A handler is a public method of an object, and #own is none')
  })

  it('refuse to be forgotten by a compiler that gives them no metadata', () => {
    const place = { kind: 'method', name: 'quote', static: false, private: false, metadata: undefined }
    const decorate = rpc(1) as unknown as (method: unknown, place: unknown) => void
    expect(() => decorate(() => undefined, place)).toThrow('quote was decorated without metadata')
  })

  it.each([
    [rpc, '@rpc is called: write @rpc(1), not @rpc'],
    [method, '@method is called: write @method(), not @method'],
  ])('refuse to stand without parentheses', (decorator, told) => {
    const bare = decorator as unknown as (method: unknown, place: unknown) => void
    const place = { kind: 'method', name: 'quote', static: false, private: false, metadata: {} }
    expect(() => bare(() => undefined, place)).toThrow(told)
  })

  it('refuse what is no codec', () => {
    const define = () =>
      class {
        @rpc(1, { request: {} as ReturnType<typeof json> })
        quote(): void {}
      }
    expect(define).toThrow('The codec for the request of quote has no encode and decode')
  })
})

describe('two methods that answer to one call', () => {
  it('are refused with both names when they are registered: one type', () => {
    class Pricing {
      @rpc(7)
      quote(): void {}

      @rpc(7)
      cancel(): void {}
    }
    expect(() => new HandlerRegistry(new Pricing())).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_INVALID_ARGUMENT',
        message: 'Pricing.quote and Pricing.cancel both answer to message type 7',
      }),
    )
  })

  it('are refused with both names: one name, one of them inherited', () => {
    class Pricing extends Base {
      @method('fourth')
      cancel(): void {}
    }
    expect(() => new HandlerRegistry(new Pricing())).toThrow(
      /Pricing\.cancel and Pricing\.fourth both .* method fourth$/,
    )
  })

  it('are refused with both names: of two objects', () => {
    class Other {
      @rpc(1)
      quote(): void {}
    }
    expect(() => new HandlerRegistry([new Base(), new Other()])).toThrow(
      'Base.first and Other.quote both answer to message type 1',
    )
  })
})
