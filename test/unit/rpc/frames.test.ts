import { describe, expect, it } from 'vitest'
import {
  decodeCredit,
  decodeForeignError,
  decodeNamedCall,
  encodeCredit,
  encodeForeignError,
  encodeName,
  frameType,
  messageTypeOf,
  routeOf,
  writeName,
} from '../../../src/rpc/frames.js'

function namedFrame(name: string, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + Buffer.byteLength(name) + body.length)
  frame.set(body, writeName(encodeName(name), frame))
  return frame
}

describe('a type id', () => {
  it('is the route in its upper and the message type in its lower half', () => {
    expect(frameType(0xffff, 0xfffe)).toBe(0xffff_fffe)
    expect(routeOf(0xffff_fffe)).toBe(0xffff)
    expect(messageTypeOf(0xffff_fffe)).toBe(0xfffe)
  })
})

describe('a named call', () => {
  it('is the length of the name, the name and the bytes', () => {
    expect(Buffer.from(namedFrame('grün', Uint8Array.of(1, 2))).toString('hex')).toBe(`0500${'6772c3bc6e'}0102`)
  })

  it.each(['a', 'grün', 'x'.repeat(0xffff)])('comes back as it was', (name) => {
    expect(decodeNamedCall(namedFrame(name, Uint8Array.of(7)))).toEqual({ name, body: Uint8Array.of(7) })
  })

  it.each([[[]], [[1]], [[3, 0, 65, 66]], [[0, 1]]])('is not read out of %j', (bytes) => {
    expect(decodeNamedCall(Uint8Array.from(bytes))).toBeUndefined()
  })
})

describe('a credit', () => {
  it.each([0, 1, 0x8000_0000, 0xffff_ffff])('of %i comes back as it was', (items) => {
    expect(decodeCredit(encodeCredit(items))).toBe(items)
  })

  it('has four bytes and no others', () => {
    expect(decodeCredit(new Uint8Array(3))).toBeUndefined()
    expect(decodeCredit(new Uint8Array(5))).toBeUndefined()
  })
})

describe('an error for foreign callers', () => {
  it('is the type with the high byte first', () => {
    expect([...encodeForeignError(0x1234)]).toEqual([0x12, 0x34])
    expect(decodeForeignError(Uint8Array.of(0x12, 0x34))).toBe(0x1234)
    expect(decodeForeignError(Uint8Array.of(0x12))).toBeUndefined()
  })
})
