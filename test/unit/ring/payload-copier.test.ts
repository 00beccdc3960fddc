import { describe, expect, it } from 'vitest'
import { PayloadCopier } from '../../../src/ring/payload-copier.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'

const capacityBytes = 1024

function copierAndRing() {
  const memory = new RingMemory(new ArrayBuffer(768 + capacityBytes), capacityBytes)
  return { copier: new PayloadCopier(memory), bytes: memory.bytes }
}

describe('PayloadCopier.copy', () => {
  for (const size of [0, 1, 3, 4, 7, 32, 33, 60, 64, 65, 68, 200]) {
    for (const offset of [0, 1, 4]) {
      it(`copies ${size} bytes from offset ${offset}, the first time and the fourth`, () => {
        const { copier, bytes } = copierAndRing()
        const source = new Uint8Array(new ArrayBuffer(size + 8), offset, size)
        for (let time = 1; time <= 4; time++) {
          source.fill(time)
          const index = time * 64 - 64
          bytes.fill(0xff)
          copier.copy(source, size, index)
          expect(bytes.subarray(index, index + size)).toEqual(source)
          expect(bytes.subarray(0, index).every((byte) => byte === 0xff)).toBe(true)
          expect(bytes.subarray(index + size).every((byte) => byte === 0xff)).toBe(true)
        }
      })
    }
  }

  it('sees what was written to a buffer since it was sent', () => {
    const { copier, bytes } = copierAndRing()
    const source = new Uint8Array(8)
    for (let time = 0; time < 5; time++) {
      source[3] = time
      copier.copy(source, 8, 0)
      expect(bytes[3]).toBe(time)
    }
  })

  it('tells buffers apart that take turns', () => {
    const { copier, bytes } = copierAndRing()
    const sources = [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(2, 2, 2, 2)] as const
    for (const turn of [0, 0, 0, 1, 0, 1, 1, 1, 0] as const) {
      copier.copy(sources[turn], 4, 64)
      expect(bytes[64]).toBe(turn + 1)
    }
  })

  it('follows a view of a buffer that shrinks and grows', () => {
    const { copier, bytes } = copierAndRing()
    const buffer = new ArrayBuffer(16, { maxByteLength: 64 })
    const source = new Uint8Array(buffer)
    for (const size of [16, 16, 16, 8, 8, 8, 32, 32, 32]) {
      buffer.resize(size)
      source.fill(size)
      bytes.fill(0xff)
      copier.copy(source, source.byteLength, 0)
      expect(bytes.subarray(0, size).every((byte) => byte === size)).toBe(true)
      expect(bytes[size]).toBe(0xff)
    }
  })
})
