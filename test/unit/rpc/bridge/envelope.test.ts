import { describe, expect, it } from 'vitest'
import { ErrorCode, RingwayError } from '../../../../src/errors.js'
import {
  decodeAnswer,
  decodeRequest,
  encodeFailure,
  encodeRequest,
  encodeResult,
} from '../../../../src/rpc/bridge/envelope.js'
import { closingText, failureOf, failureText } from '../../../../src/rpc/bridge/failure-text.js'
import { RpcError } from '../../../../src/rpc/rpc-error.js'

const codeIs = (code: string) => expect.objectContaining({ code })

describe('encodeRequest', () => {
  it('writes compact JSON in the order of the original', () => {
    const bytes = encodeRequest('7', 'add', { a: 'ü' }, 4092)
    expect(bytes.toString()).toBe('{"request_id":"7","method":"add","params":{"a":"ü"}}')
    expect(bytes.length).toBe(53)
  })

  it('refuses what JSON cannot hold, and what UTF-8 cannot', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    for (const params of [{ a: 1n }, circular, { a: '\ud800' }, { a: '\\\udc00' }, { '\udfff': 1 }]) {
      expect(() => encodeRequest('7', 'add', params, 4092)).toThrow(codeIs(ErrorCode.rpcNotSerialisable))
    }
  })

  it('takes text that only looks like half a character', () => {
    expect(encodeRequest('7', 'add', { a: '\\ud800', b: '\u{1f600}' }, 4092).toString()).toContain('"\\\\ud800"')
  })

  it('says how much fits', () => {
    expect(encodeRequest('7', 'add', { a: 'ü' }, 53)).toHaveLength(53)
    expect(() => encodeRequest('7', 'add', { a: 'ü' }, 52)).toThrow(/request for add has 53 bytes .* holds 52/)
  })
})

describe('encodeResult', () => {
  it('writes nothing as null', () => {
    expect(encodeResult('7', 'm', undefined, 99).toString()).toBe('{"request_id":"7","result":null,"error":null}')
  })

  it.each([[() => 1], [Symbol('s')], [1n]])('refuses a result that JSON would leave out: %s', (result) => {
    expect(() => encodeResult('7', 'm', result, 99)).toThrow(codeIs(ErrorCode.rpcNotSerialisable))
  })
})

describe('encodeFailure', () => {
  it('cuts the text to what fits', () => {
    for (const text of ['x'.repeat(1000), '\u0001'.repeat(1000), '\u{1f600}'.repeat(1000), '\ud800'.repeat(1000)]) {
      const bytes = encodeFailure('7', text, 80)
      expect(bytes?.length).toBeLessThanOrEqual(80)
      expect(decodeAnswer(bytes ?? Buffer.alloc(0)).error).not.toBe('')
    }
  })

  it('has no answer to an id that takes all the room', () => {
    expect(encodeFailure('7'.repeat(100), 'ValueError: x', 100)).toBeUndefined()
  })
})

describe('decodeRequest', () => {
  it.each(['', '{', '[]', 'null', '7', '{}', '{"request_id":7,"method":"m","params":{}}', '\xff'])(
    'refuses %j',
    (text) => {
      expect(() => decodeRequest(Buffer.from(text, 'latin1'))).toThrow(codeIs(ErrorCode.rpcProtocol))
    },
  )

  it('says what is wrong with one that can be answered', () => {
    expect(decodeRequest(Buffer.from('{"request_id":"7"}'))).toMatchObject({ id: '7', fault: /method/ })
    const noParams = decodeRequest(Buffer.from('{"request_id":"7","method":"m","params":[1]}'))
    expect(noParams).toMatchObject({ id: '7', method: 'm', fault: /params/ })
  })

  it('takes keys that JavaScript has a meaning for as data', () => {
    const { params } = decodeRequest(Buffer.from('{"request_id":"7","method":"m","params":{"__proto__":{"x":1}}}'))
    expect(Object.keys(params)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(params)).toBe(Object.prototype)
  })
})

describe('decodeAnswer', () => {
  it('takes an answer without the part that is null', () => {
    expect(decodeAnswer(Buffer.from('{"request_id":"7","result":[1]}'))).toEqual({ id: '7', result: [1], error: '' })
    expect(decodeAnswer(Buffer.from('{"request_id":"7","error":"x"}'))).toEqual({ id: '7', result: null, error: 'x' })
  })

  it.each(['x', '[]', '{}', '{"request_id":null}', '{"request_id":"7","error":7}'])('refuses %j', (text) => {
    expect(() => decodeAnswer(Buffer.from(text))).toThrow(codeIs(ErrorCode.rpcProtocol))
  })
})

describe('failureText', () => {
  it('is the name and the message of whatever was thrown', () => {
    expect(failureText(new TypeError('no'))).toBe('TypeError: no')
    expect(failureText(Object.assign(new Error('no'), { name: '' }))).toBe('Error: no')
    expect(failureText('text')).toBe('Error: text')
    expect(failureText(undefined)).toBe('Error: undefined')
    expect(failureText(Object.create(null))).toBe('Error: something without a text')
    expect(failureText(Symbol('s'))).toBe('Error: Symbol(s)')
  })
})

describe('failureOf', () => {
  it('is the other way round', () => {
    expect(failureOf('m', 'RPCError: Unknown method: m')).toMatchObject({ code: ErrorCode.rpcUnknownMethod })
    expect(failureOf('m', 'RPCError: Unknown method: n')).toMatchObject({ code: ErrorCode.rpcHandlerFailed })
    const failed = failureOf('m', 'ValueError: a: b')
    expect(failed).toBeInstanceOf(RpcError)
    expect(failed).toMatchObject({ code: ErrorCode.rpcHandlerFailed, remote: { name: 'ValueError', message: 'a: b' } })
    expect(failureOf('m', 'odd')).toMatchObject({ remote: { name: 'odd', message: '' } })
  })

  it('keeps the kind of what our own server could not answer', () => {
    const tooLarge = new RpcError(ErrorCode.rpcTooLarge, 'x')
    expect(failureOf('m', failureText(tooLarge))).toMatchObject({ code: ErrorCode.rpcTooLarge })
    expect(failureOf('m', closingText)).toMatchObject({ code: ErrorCode.rpcServerClosing })
    const odd = new RpcError(ErrorCode.rpcNotSerialisable, 'x')
    expect(failureOf('m', failureText(odd))).toMatchObject({ code: ErrorCode.rpcNotSerialisable })
  })
})

describe('RpcError', () => {
  it('is told by its code, whichever copy of the class made it', () => {
    const alike = Object.assign(new Error('x'), { code: ErrorCode.rpcProtocol })
    expect(alike).toBeInstanceOf(RpcError)
    expect(new RingwayError(ErrorCode.timeout, 'x')).not.toBeInstanceOf(RpcError)
    expect({ code: ErrorCode.rpcProtocol }).not.toBeInstanceOf(RpcError)
  })
})
