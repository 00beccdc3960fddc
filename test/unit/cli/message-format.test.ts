import { describe, expect, it } from 'vitest'
import { jsonFormat, lineFormat, rawFormat } from '../../../src/cli/message-format.js'

const message = (bytes: Uint8Array, typeId = 0) => ({
  typeId,
  size: bytes.byteLength,
  bytes,
  copy: () => Uint8Array.from(bytes),
})
const printed = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces)

describe('a format', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x00)

  it('raw prints the bytes', () => {
    expect([...printed(rawFormat(message(bytes)))]).toEqual([0x61, 0xff, 0x00])
  })

  it('line prints the bytes and a line end', () => {
    expect([...printed(lineFormat(message(bytes)))]).toEqual([0x61, 0xff, 0x00, 0x0a])
  })

  it.each([
    ['', '{"typeId":7,"size":0,"text":""}\n'],
    ['ü\n"', '{"typeId":7,"size":4,"text":"ü\\n\\""}\n'],
    ['\uFEFF', '{"typeId":7,"size":3,"text":"\uFEFF"}\n'],
  ])('json prints %j as text', (text, line) => {
    expect(printed(jsonFormat(message(Buffer.from(text), 7))).toString()).toBe(line)
  })

  it('json prints what is no UTF-8 as base64', () => {
    expect(printed(jsonFormat(message(bytes, 0xffff_ffff))).toString()).toBe(
      '{"typeId":4294967295,"size":3,"base64":"Yf8A"}\n',
    )
  })

  it('json decodes a copy, never memory that the peer can change', () => {
    const guarded = {
      ...message(Buffer.from('own')),
      get bytes(): Uint8Array {
        throw new Error('looked at shared memory')
      },
    }
    expect(printed(jsonFormat(guarded)).toString()).toContain('"own"')
  })
})
