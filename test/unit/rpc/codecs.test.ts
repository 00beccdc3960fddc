import { describe, expect, it } from 'vitest'
import { bytes, type Codec, decodeWith, encodeWith, json, structured } from '../../../src/rpc/codecs.js'
import { writtenBytes } from '../../../src/rpc/outbox.js'

const text = (own: Uint8Array) => Buffer.from(own).toString()

function encoded(codec: Codec<unknown>, value: unknown): Uint8Array {
  return writtenBytes(encodeWith(codec, value, 'value'))
}

describe('bytes', () => {
  it('takes any buffer or view without a copy, and undefined as no bytes', () => {
    const memory = Uint8Array.of(1, 2, 3, 4)
    expect(bytes.encode(memory)).toBe(memory)
    expect(bytes.encode(new DataView(memory.buffer, 1, 2))).toEqual(Uint8Array.of(2, 3))
    expect(bytes.encode(undefined)).toHaveLength(0)
    expect(bytes.decode(memory)).toBe(memory)
  })

  it('refuses what is no bytes, and says whose value it was', () => {
    expect(() => encodeWith(bytes, 'text', 'request of message type 7')).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
        message: expect.stringContaining('The request of message type 7 cannot be encoded: A payload is'),
      }),
    )
  })
})

describe('json', () => {
  it.each([
    [{ a: [1, 'zwölf €', null] }],
    ['x'.repeat(1023)],
    ['€'.repeat(1023)],
    ['€'.repeat(5000)],
    [''],
    [0],
    [null],
    [false],
  ])('gives back %j', (value) => {
    expect(json().decode(encoded(json(), value))).toEqual(value)
  })

  it('is compact JSON in UTF-8', () => {
    expect(text(encoded(json(), { a: 1, b: 'ü' }))).toBe('{"a":1,"b":"ü"}')
  })

  it('has undefined as no bytes', () => {
    expect(encoded(json(), undefined)).toHaveLength(0)
    expect(json().decode(new Uint8Array(0))).toBeUndefined()
  })

  it('writes into the slot it is given, from the front, and says how much', () => {
    const slot = new Uint8Array(100).fill(0xff)
    const writable = encodeWith(json(), 'ü', 'value')
    if (writable instanceof Uint8Array) throw new Error('it wrote bytes of its own')
    expect(writable.maxBytes).toBeGreaterThanOrEqual(4)
    expect(writable.writeTo(slot.subarray(10, 10 + writable.maxBytes))).toBe(4)
    expect(text(slot.subarray(10, 14))).toBe('"ü"')
    expect(slot[9]).toBe(0xff)
    expect(slot.subarray(10 + writable.maxBytes).every((byte) => byte === 0xff)).toBe(true)
  })

  it('asks for no more than a long text takes', () => {
    const writable = encodeWith(json(), '€'.repeat(5000), 'value')
    expect(writable).toMatchObject({ maxBytes: 15_002 })
  })

  const cycle: { self?: unknown } = {}
  cycle.self = cycle

  it.each([
    ['a cycle', cycle],
    ['a bigint', { a: 1n }],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    [
      'what throws no error',
      {
        toJSON() {
          const odd: unknown = null
          throw odd
        },
      },
    ],
  ])('refuses %s', (_what, value) => {
    expect(() => encodeWith(json(), value, 'response of add')).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
        message: expect.stringMatching(/^The response of add cannot be encoded: ./),
      }),
    )
  })

  it('says what has no JSON', () => {
    expect(() => encodeWith(json(), () => 1, 'value')).toThrow('The value cannot be encoded: a function has no JSON')
  })

  it.each([
    ['half a value', Buffer.from('{"a":')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a byte order mark', Buffer.from('\ufeff1')],
  ])('does not decode %s', (_what, own) => {
    expect(() => decodeWith(json(), own, 'request of add')).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE',
        message: expect.stringMatching(/^The request of add, \d bytes, cannot be decoded: ./),
      }),
    )
  })
})

describe('structured', () => {
  it('gives back what JSON cannot hold', () => {
    const value = { at: new Date(5), of: new Map([[1n, new Set(['a'])]]), bytes: Uint8Array.of(1, 2) }
    const own = structured().decode(encoded(structured(), value)) as typeof value
    expect(own.at).toEqual(value.at)
    expect(own.of).toEqual(value.of)
    expect([...own.bytes]).toEqual([1, 2])
  })

  it('has undefined as no bytes', () => {
    expect(encoded(structured(), undefined)).toHaveLength(0)
    expect(structured().decode(new Uint8Array(0))).toBeUndefined()
  })

  it('refuses a function, and bytes that V8 did not write', () => {
    const refused = expect.objectContaining({ code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE' })
    expect(() => encodeWith(structured(), () => 1, 'value')).toThrow(refused)
    expect(() => decodeWith(structured(), Uint8Array.of(1, 2, 3), 'value')).toThrow(refused)
  })
})

describe('a codec of your own', () => {
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

  it('writes where it is told to', () => {
    expect(price.decode(writtenBytes(encodeWith(price, 2.5, 'price')))).toBe(2.5)
  })

  it('is told apart from one that makes something else', () => {
    const odd = { encode: () => 'text' as unknown as Uint8Array, decode: () => undefined }
    expect(() => encodeWith(odd, 1, 'price')).toThrow('neither a Uint8Array nor something to be written')
  })
})
