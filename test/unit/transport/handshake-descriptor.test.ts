import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as descriptor from '../../../src/transport/handshake-descriptor.js'

const source = readFileSync(new URL('../../../src/transport/handshake-descriptor.ts', import.meta.url), 'utf8')

/** The numbers above each picture, which are where its fields begin and where it ends. */
function scales(): number[][] {
  return [...source.matchAll(/^ \* {2}(0(?: +\d+)+)$/gm)].map((match) => (match[1] as string).split(/ +/).map(Number))
}

describe('the pictures of the handshake', () => {
  it('show the offer as the constants have it', () => {
    const ring = [descriptor.OFFER_CAPACITY_OFFSET, descriptor.OFFER_SIZE_OFFSET]
    expect(scales()[0]).toEqual([
      descriptor.OFFER_MAGIC_OFFSET,
      descriptor.OFFER_VERSION_OFFSET,
      ...ring.map((offset) => descriptor.OFFER_FIRST_RING_OFFSET + offset),
      ...ring.map((offset) => descriptor.OFFER_SECOND_RING_OFFSET + offset),
      descriptor.OFFER_ALIGNMENT_OFFSET,
      descriptor.OFFER_FLAGS_OFFSET,
      descriptor.OFFER_LENGTH,
    ])
  })

  it('show the marker as the constants have it', () => {
    expect(scales()[1]).toEqual([
      descriptor.MARKER_MAGIC_OFFSET,
      descriptor.MARKER_PROTOCOL_OFFSET,
      descriptor.MARKER_ROLE_OFFSET,
      descriptor.MARKER_RESERVED_OFFSET,
      descriptor.MARKER_LENGTH,
    ])
  })

  it('show the greetings as the constants have them', () => {
    expect(scales()[2]).toEqual([
      descriptor.GREETING_MAGIC_OFFSET,
      descriptor.GREETING_PROTOCOL_OFFSET,
      descriptor.GREETING_ROLE_OFFSET,
      descriptor.GREETING_STATUS_OFFSET,
      descriptor.GREETING_LENGTH,
    ])
  })

  it('spell the magics as the constants have them', () => {
    const spelled = (magic: number) => Buffer.from(Uint32Array.of(magic).buffer).toString('latin1')
    expect(spelled(descriptor.MARKER_MAGIC)).toBe('RNGW')
    expect(spelled(descriptor.HELLO_MAGIC)).toBe('RNGH')
    expect(spelled(descriptor.WELCOME_MAGIC)).toBe('RNGA')
    expect(String.fromCharCode(descriptor.BELL, descriptor.GOODBYE)).toBe('BG')
  })
})
