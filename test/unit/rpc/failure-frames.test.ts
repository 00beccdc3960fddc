import { describe, expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { asTooLarge, decodeFailure, decodeForeignFailure, encodeFailure } from '../../../src/rpc/failure-frames.js'
import { RpcError } from '../../../src/rpc/rpc-error.js'

function across(error: unknown, maxBytes = 10_000, withStack = false): RpcError {
  return decodeFailure(encodeFailure(error, maxBytes, withStack), 'call of add')
}

function raw(value: unknown): RpcError {
  return decodeFailure(new TextEncoder().encode(JSON.stringify(value)), 'call of add')
}

describe('what a handler threw', () => {
  it('arrives with name, message, code and data, and no stack', () => {
    const error = Object.assign(new RangeError('too much'), { code: 'E_MUCH', data: { limit: 5 } })
    expect(across(error)).toMatchObject({
      code: ErrorCode.rpcHandlerFailed,
      remote: { name: 'RangeError', message: 'too much', code: 'E_MUCH', data: { limit: 5 } },
    })
    expect(across(error).remote).not.toHaveProperty('stack')
  })

  it('arrives with its stack where that was asked for', () => {
    expect(across(new Error('x'), 10_000, true).remote?.stack).toContain('failure-frames.test')
  })

  it.each([
    ['a text', 'just text', { name: 'string', message: 'just text' }],
    ['nothing', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'object', message: 'null' }],
    ['a symbol', Symbol('s'), { name: 'symbol', message: 'Symbol(s)' }],
    ['a number', 5n, { name: 'bigint', message: '5' }],
    ['an object', { a: 1 }, { name: 'object', message: '{"a":1}' }],
  ])('arrives when it is %s', (_what, thrown, remote) => {
    expect(across(thrown)).toMatchObject({ code: ErrorCode.rpcHandlerFailed, remote })
  })

  it('arrives when it cannot be looked at', () => {
    const trap = new Proxy(new Error('x'), {
      get() {
        throw new Error('no')
      },
    })
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    for (const thrown of [trap, circular, Object.create(null)]) {
      expect(across(thrown).code).toBe(ErrorCode.rpcHandlerFailed)
    }
  })

  it('leaves out data that JSON cannot hold', () => {
    const error = Object.assign(new Error('x'), { data: 5n })
    expect(across(error).remote).toEqual({ name: 'Error', message: 'x' })
  })

  it.each([1000, 400, 200, 64])('is cut until it fits into %i bytes', (maxBytes) => {
    const error = Object.assign(new Error('m'.repeat(5000)), { data: 'd'.repeat(5000) })
    const frame = encodeFailure(error, maxBytes, true)
    expect(frame.byteLength).toBeLessThanOrEqual(maxBytes)
    expect(decodeFailure(frame, 'call').code).toBe(ErrorCode.rpcHandlerFailed)
  })

  it('is a failed handler even if it is an error of another call', () => {
    const nested = new RingwayError(ErrorCode.timeout, 'the other server is slow')
    expect(across(nested)).toMatchObject({ code: ErrorCode.rpcHandlerFailed, remote: { code: ErrorCode.timeout } })
    expect(across(new RpcError(ErrorCode.rpcHandlerFailed, 'elsewhere')).remote).toMatchObject({ name: 'RpcError' })
  })
})

describe('what the server says', () => {
  it.each([
    ErrorCode.rpcUnknownType,
    ErrorCode.rpcUnknownMethod,
    ErrorCode.rpcNotSerialisable,
    ErrorCode.rpcTooLarge,
    ErrorCode.rpcServerClosing,
    ErrorCode.rpcProtocol,
  ])('keeps the code %s', (code) => {
    expect(across(new RpcError(code, 'why'))).toMatchObject({ code, message: 'why', remote: undefined })
  })
})

describe('an error reply of a hostile callee', () => {
  it.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['nothing', new Uint8Array(0)],
    ['no text', Uint8Array.of(0xff, 0xfe)],
  ])('that is %s is a protocol error', (_what, frame) => {
    expect(decodeFailure(frame, 'call of add').code).toBe(ErrorCode.rpcProtocol)
  })

  it.each([null, 5, [], {}, { code: 5 }, { code: 'ERR_RINGWAY_CLOSED' }, { code: 'X', message: 'y' }])(
    'that says %j is a protocol error',
    (value) => {
      expect(raw(value).code).toBe(ErrorCode.rpcProtocol)
    },
  )

  it('cannot make the error look like something else', () => {
    const code = ErrorCode.rpcHandlerFailed
    expect(raw({ code, message: 'm', remote: 5 }).remote).toBeUndefined()
    expect(raw({ code, message: 'm', remote: { name: 5, message: {}, code: {}, stack: 1 } }).remote).toEqual({
      name: 'Error',
      message: '',
    })
    expect(raw({ code, message: '' }).message).toBe('The call of add failed')
  })
})

describe('a foreign error reply', () => {
  it('names the type, if it has one', () => {
    expect(decodeForeignFailure(Uint8Array.of(0, 7), 'call')).toMatchObject({
      code: ErrorCode.rpcUnknownType,
      message: expect.stringContaining('type 7'),
    })
    expect(decodeForeignFailure(new Uint8Array(5), 'call').code).toBe(ErrorCode.rpcUnknownType)
  })
})

describe('what does not fit', () => {
  it('is a failed call, and other errors are left alone', () => {
    const cause = new RingwayError(ErrorCode.tooLarge, '9 bytes')
    expect(asTooLarge(cause, 'reply')).toMatchObject({ code: ErrorCode.rpcTooLarge, cause })
    expect(asTooLarge(new RingwayError(ErrorCode.wouldStall, ''), 'x')).toMatchObject({ code: ErrorCode.rpcTooLarge })
    const other = new Error('x')
    expect(asTooLarge(other, 'reply')).toBe(other)
  })
})
