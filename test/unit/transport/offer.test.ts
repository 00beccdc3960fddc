import { describe, expect, it } from 'vitest'
import { AbiMismatchError } from '../../../src/errors.js'
import { decodeOffer, encodeOffer } from '../../../src/transport/offer.js'

const unlimited = 2 ** 31

function fieldsOf(offer: Uint8Array): number[] {
  return [...new Uint32Array(offer.buffer)]
}

describe('an offer', () => {
  it('of one ring is the 32 bytes of the ABI', () => {
    expect(fieldsOf(encodeOffer([65536]))).toEqual([0x54414348, 4, 65536, 66304, 0, 0, 64, 0])
  })

  it('of two rings has both, and flags 1', () => {
    expect(fieldsOf(encodeOffer([256, 1024]))).toEqual([0x54414348, 4, 256, 1024, 1024, 1792, 64, 1])
  })

  it.each([[[256]], [[2 ** 31]], [[256, 2 ** 31]]])('of %j is read as it was written', (capacities) => {
    expect(decodeOffer(encodeOffer(capacities), capacities.length as 1 | 2, unlimited)).toEqual(capacities)
  })

  it('is read from any place in a buffer', () => {
    const bytes = new Uint8Array(64)
    bytes.set(encodeOffer([512]), 7)
    expect(decodeOffer(bytes.subarray(7, 39), 1, unlimited)).toEqual([512])
  })

  it('of one ring is no answer to who asks for two, nor the other way round', () => {
    const asCalls = () => decodeOffer(encodeOffer([512]), 2, unlimited)
    expect(asCalls).toThrow(AbiMismatchError)
    expect(asCalls).toThrow(/listens for messages \(Bus\), and this is calls/)
    const asBus = () => decodeOffer(encodeOffer([512, 512]), 1, unlimited)
    expect(asBus).toThrow(AbiMismatchError)
    expect(asBus).toThrow(/listens for calls \(RpcServer, RpcBus\), and this is a Bus/)
  })

  it('takes the capacities of a foreign listener down to 128, and none below', () => {
    expect(decodeOffer(encodeOffer([128]), 1, unlimited)).toEqual([128])
    expect(() => decodeOffer(encodeOffer([64]), 1, unlimited)).toThrow(/64, not a power of two from 128/)
  })

  it('holds each ring to the limit, which it may reach', () => {
    expect(decodeOffer(encodeOffer([1024, 1024]), 2, 1024)).toEqual([1024, 1024])
    expect(() => decodeOffer(encodeOffer([1024, 2048]), 2, 1024)).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_CAPACITY_LIMIT',
        message: expect.stringMatching(/second.*2048.*1024/),
      }),
    )
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('whose field %i is wrong by any bit is refused', (field) => {
    for (let bit = 0; bit < 32; bit++) {
      const offer = encodeOffer([4096])
      new Uint32Array(offer.buffer)[field] = (fieldsOf(offer)[field] as number) ^ (1 << bit)
      expect(() => decodeOffer(offer, 1, unlimited)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_RINGWAY_(ABI_MISMATCH|HANDSHAKE)$/) }),
      )
    }
  })
})
