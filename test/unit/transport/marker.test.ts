import { describe, expect, it } from 'vitest'
import { readMarker, writeMarker } from '../../../src/transport/marker.js'

function header(): Int32Array {
  return new Int32Array(192)
}

describe('a marker', () => {
  it('is four words from byte 20 on', () => {
    const words = header()
    writeMarker(words, 'consumer')
    expect([...words.subarray(4, 10)]).toEqual([0, 0x57474e52, 1, 2, 0, 0])
  })

  it('is read as it was written', () => {
    for (const role of ['producer', 'consumer'] as const) {
      const words = header()
      writeMarker(words, role)
      expect(readMarker(words)).toBe(role)
    }
  })

  it('is not there in a stock ring, in one of another protocol, nor where a bit of its magic is wrong', () => {
    expect(readMarker(header())).toBeUndefined()
    for (const [index, value] of [
      [5, 0x57474e53],
      [6, 2],
    ] as const) {
      const words = header()
      writeMarker(words, 'producer')
      words[index] = value
      expect(readMarker(words)).toBeUndefined()
    }
  })

  it.each([
    ['role 0', 7, 0],
    ['role 3', 7, 3],
    ['role −1', 7, -1],
    ['a reserved word that is not 0', 8, 1],
  ])('with %s is forged', (_, index, value) => {
    const words = header()
    writeMarker(words, 'producer')
    words[index] = value
    expect(() => readMarker(words)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_HANDSHAKE', message: expect.stringContaining(`${value >>> 0}`) }),
    )
  })
})
