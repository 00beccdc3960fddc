import { describe, expect, it } from 'vitest'
import { decodeGreeting, encodeGreeting } from '../../../src/transport/greeting.js'

describe('a greeting', () => {
  it('is sixteen bytes: magic, protocol, role, status', () => {
    expect([...new Uint32Array(encodeGreeting('hello', 'producer', 0).buffer)]).toEqual([0x48474e52, 1, 1, 0])
    expect([...new Uint32Array(encodeGreeting('welcome', 'consumer', 3).buffer)]).toEqual([0x41474e52, 1, 2, 3])
  })

  it.each(['hello', 'welcome'] as const)('as a %s is read as it was written', (name) => {
    for (const role of ['producer', 'consumer'] as const) {
      expect(decodeGreeting(name, encodeGreeting(name, role, 2))).toEqual({ role, status: 2 })
    }
  })

  it('of the other side is refused, with both magics', () => {
    expect(() => decodeGreeting('welcome', encodeGreeting('hello', 'producer', 0))).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_HANDSHAKE',
        message: expect.stringMatching(/0x48474e52.*0x41474e52/),
      }),
    )
  })

  it.each([
    ['protocol 2', 1, 2],
    ['role 0', 2, 0],
    ['role 3', 2, 3],
    ['role 2^32 − 1', 2, 0xffff_ffff],
  ])('with %s is refused', (_, field, value) => {
    const bytes = encodeGreeting('hello', 'producer', 0)
    new Uint32Array(bytes.buffer)[field] = value
    expect(() => decodeGreeting('hello', bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_HANDSHAKE', message: expect.stringContaining(`${value}`) }),
    )
  })
})
