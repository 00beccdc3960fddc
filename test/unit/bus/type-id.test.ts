import { describe, expect, it } from 'vitest'
import { makeTypeId, msgType, routeId } from '../../../src/bus/type-id.js'
import { ErrorCode } from '../../../src/errors.js'
import { coded } from '../../support/bus/thread-pair.js'

describe('makeTypeId', () => {
  it('puts the route into the high half and stays unsigned', () => {
    expect(makeTypeId(0, 7)).toBe(7)
    expect(makeTypeId(1, 2)).toBe(0x0001_0002)
    expect(makeTypeId(0xffff, 0xffff)).toBe(0xffff_ffff)
  })

  for (const value of [-1, 65536, 1.5, Number.NaN, '1'] as number[]) {
    it(`refuses ${JSON.stringify(value)} in either half`, () => {
      expect(() => makeTypeId(value, 0)).toThrow(coded(ErrorCode.invalidArgument))
      expect(() => makeTypeId(0, value)).toThrow(coded(ErrorCode.invalidArgument))
    })
  }
})

describe('routeId and msgType', () => {
  it('take a type id apart, unsigned', () => {
    expect([routeId(0xffff_fffe), msgType(0xffff_fffe)]).toEqual([0xffff, 0xfffe])
    expect([routeId(7), msgType(7)]).toEqual([0, 7])
  })

  for (const value of [-1, 0x1_0000_0000, 0.5, Number.NaN]) {
    it(`refuse ${value}`, () => {
      expect(() => routeId(value)).toThrow(coded(ErrorCode.invalidArgument))
      expect(() => msgType(value)).toThrow(coded(ErrorCode.invalidArgument))
    })
  }
})
