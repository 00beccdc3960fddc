import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCloneClaims } from '../../../src/rpc/clone-claims.js'
import { decodeWith, structured } from '../../../src/rpc/codecs.js'

/** As V8 writes a number: seven bits a byte, the lowest first. */
function number(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))]
}

const version = [0xff, 15]
const bomb = sparseArray(2 ** 25 - 1)

function sparseArray(length: number): number[] {
  return [97, ...number(length), 64, 0, ...number(length)]
}

function growingBuffer(most: number): number[] {
  return [126, 0, ...number(most)]
}

function denseArray(...values: number[][]): number[] {
  return [65, ...number(values.length), ...values.flat(), 36, 0, ...number(values.length)]
}

function clone(...values: number[][]): Buffer {
  return Buffer.from([...version, ...values.flat()])
}

/** Looks like claims of billions of places, and is text: only a scan that knows the format lets it pass. */
const alarming = `${'a\xff\xff\xff\x7f'.repeat(64)}~\xff\xff\xff\x7f\xff\xff\xff\x7f`

describe('a structured clone', () => {
  it.each<[string, unknown]>([
    ['atoms', [undefined, null, true, false, 5, -5, 2 ** 40, 1.5, 10n ** 40n, -1n, 'text', 'ü€', '']],
    ['objects', { a: { b: { c: 1 } }, 1: 2, 'a key': [] }],
    ['arrays with holes', Object.assign([1, 2, 3], { 7: 8, name: 'x' })],
    ['sparse arrays', Object.assign([], { 1000: 1, 5000: 2 })],
    ['Map and Set', new Map<unknown, unknown>([[new Set([1, 'a']), new Map()]])],
    ['dates and patterns', [new Date(0), /a+\/b/giu]],
    ['boxed values', [Object(1), Object('a'), Object(true), Object(false), Object(5n)]],
    ['errors', [new RangeError('a message', { cause: new TypeError('why', { cause: ['a'] }) }), new Error('b')]],
    ['views', [new Uint8Array([97, 255, 255, 127]), new Float64Array(3), new DataView(new ArrayBuffer(4))]],
    ['buffers', [Buffer.from('a'), new Uint8Array([97, 255, 255]).buffer, new ArrayBuffer(0)]],
  ])('of %s passes', (_name, value) => {
    for (const whole of [value, [alarming, value, value, alarming]]) {
      const bytes = serialize(whole)
      expect(() => checkCloneClaims(bytes)).not.toThrow()
      expect(deserialize(bytes)).toEqual(whole)
    }
  })

  it('of whatever can be cloned passes', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    })
    fc.assert(
      fc.property(anything, fc.boolean(), (value, alarmed) => {
        checkCloneClaims(serialize(alarmed ? [alarming, value] : value))
      }),
      { numRuns: 500 },
    )
  })

  it('with cycles passes', () => {
    const node: { self?: unknown; text: string; others: unknown[] } = { text: alarming, others: [] }
    node.self = node
    node.others.push(node, [node])
    expect(() => checkCloneClaims(serialize(node))).not.toThrow()
  })

  it('may claim a million empty places', () => {
    expect(decodeWith(structured(), serialize(new Array(2 ** 20)), 'reply')).toHaveLength(2 ** 20)
  })

  it.each<[string, Buffer]>([
    ['a sparse array', clone(bomb)],
    ['many sparse arrays', clone(denseArray(...Array.from({ length: 100 }, () => sparseArray(16_383))))],
    ['a property', clone([111, 34, 1, 120, ...bomb, 123, 1])],
    ['the cause of an error', clone([114, 99, ...bomb, 46])],
    ['what follows zeros', clone([0, 0], bomb)],
    ['what follows a view of a buffer', clone(denseArray([66, 1, 97, 86, 66, 0, 1, 0], bomb))],
    ['buffers that can grow', clone(denseArray(growingBuffer(2 ** 31), growingBuffer(2 ** 31)))],
  ])('that claims too many in %s is refused before room is made for them', (_name, bytes) => {
    expect(() => checkCloneClaims(bytes)).toThrow(/^It claims \d+ empty places in arrays, and \d+ are the most$/)
    expect(() => decodeWith(structured(), bytes, 'reply')).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_RPC_NOT_SERIALISABLE' }),
    )
  })

  it.each<[string, Buffer]>([
    ['has no version', Buffer.from([97, 1, 64, 0, 1])],
    ['is of an older version', Buffer.from([0xff, 13, 48])],
    ['has a version of two bytes', Buffer.from([0xff, 0x8f, 0, 48])],
    ['ends too early', clone([111], bomb)],
    ['has a value of no known kind', clone(denseArray([33], bomb))],
    ['has an error of no known kind', clone(denseArray([114, 0xed, 0, 34, 1, 97, 46], bomb))],
  ])('that %s is refused', (_name, bytes) => {
    expect(() => checkCloneClaims(bytes)).toThrow(/^It (does not begin|ends too early|has an? (value|error) of a kind)/)
  })
})
