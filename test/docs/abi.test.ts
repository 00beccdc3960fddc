import { describe, expect, it } from 'vitest'
import * as record from '../../src/ring/record-descriptor.js'
import * as ring from '../../src/ring/ring-descriptor.js'
import * as handshake from '../../src/transport/handshake-descriptor.js'
import { readPage, tableRows } from '../support/docs/page.js'

const page = readPage('docs/abi.md')

/** A byte table, as the offset of each field by the first words of its description. */
function offsets(heading: string): Record<string, number> {
  const rows = tableRows(page, heading).filter((cells) => cells.length > 2 && /^\d+$/.test(cells[0] ?? ''))
  return Object.fromEntries(rows.map(([byte, , field = '']) => [/^[\w ]+/.exec(field)?.[0].trim(), Number(byte)]))
}

/** A table of values and what they mean, by the first words. */
function values(heading: string): Record<string, number> {
  const rows = tableRows(page, heading).filter(
    (cells) => cells.length === 2 && /^`?(0x)?[\da-f]+`?$/.test(cells[0] ?? ''),
  )
  return Object.fromEntries(
    rows.map(([value = '', meaning = '']) => [/^[\w ]+/.exec(meaning)?.[0].trim(), Number(value.replaceAll('`', ''))]),
  )
}

/** The numbers that a field's description gives: hexadecimal, or decimal after a comma. */
function numbersIn(heading: string, field: string): number[] {
  const row = tableRows(page, heading).find(([, , text = '']) => text.startsWith(field))
  return (
    row?.[2]?.match(
      /0x[\da-f]+|(?<=, )\d+\b|\b\d+(?= (?:ready|fatal|free|taken|left|producer|consumer|plain|calls))/g,
    ) ?? []
  ).map(Number)
}

describe('docs/abi.md', () => {
  it("has the header's fields where the descriptor has them", () => {
    expect(offsets('A ring')).toEqual({
      magic: ring.MAGIC_OFFSET,
      version: ring.VERSION_OFFSET,
      'capacity of the data area': ring.CAPACITY_OFFSET,
      'alignment of records': ring.ALIGNMENT_OFFSET,
      state: ring.STATE_OFFSET,
      marker: ring.MARKER_OFFSET,
      'producer seat': ring.PRODUCER_SEAT_OFFSET,
      'consumer seat': ring.CONSUMER_SEAT_OFFSET,
      'producer word': ring.PRODUCER_WORD_OFFSET,
      head: ring.HEAD_OFFSET,
      tail: ring.TAIL_OFFSET,
      'consumer word': ring.CONSUMER_WORD_OFFSET,
      heartbeat: 640,
      data: ring.DATA_OFFSET,
    })
  })

  it("has the header's numbers", () => {
    expect(numbersIn('A ring', 'magic')).toEqual([ring.MAGIC])
    expect(numbersIn('A ring', 'version')).toEqual([ring.VERSION])
    expect(numbersIn('A ring', 'alignment')).toEqual([ring.ALIGNMENT])
    expect(numbersIn('A ring', 'state')).toEqual([ring.STATE_READY, ring.STATE_FATAL])
    expect(numbersIn('A ring', 'producer seat')).toEqual([ring.SEAT_FREE, ring.SEAT_TAKEN, ring.SEAT_LEFT])
    expect(values('A ring')).toEqual({
      awake: ring.WORD_AWAKE,
      'asleep on a futex on this word': ring.WORD_FUTEX,
      'pure spin': ring.WORD_PURE_SPIN,
      'asleep in an event loop': ring.WORD_DOORBELL,
    })
  })

  it("has the record's fields where the descriptor has them", () => {
    expect(offsets('A record')).toEqual({
      'size of the payload': record.SIZE_OFFSET,
      'type id': record.TYPE_OFFSET,
      reserved: record.RESERVED_OFFSET,
      'correlation id of a call': record.CORRELATION_OFFSET,
      payload: record.HEADER_LENGTH,
    })
    expect(numbersIn('A record', 'size of the payload')).toEqual([record.SKIP_MARKER])
  })

  it("has the offer's fields where the descriptor has them", () => {
    const first = handshake.OFFER_FIRST_RING_OFFSET
    const second = handshake.OFFER_SECOND_RING_OFFSET
    expect(
      tableRows(page, 'The offer')
        .slice(1)
        .map(([byte, , field]) => [Number(byte), field?.split(/[,:;]/)[0]]),
    ).toEqual([
      [handshake.OFFER_MAGIC_OFFSET, 'magic'],
      [handshake.OFFER_VERSION_OFFSET, 'version'],
      [first + handshake.OFFER_CAPACITY_OFFSET, 'capacity of the first ring'],
      [first + handshake.OFFER_SIZE_OFFSET, 'size of its file'],
      [second + handshake.OFFER_CAPACITY_OFFSET, 'capacity of the second ring'],
      [second + handshake.OFFER_SIZE_OFFSET, 'size of its file'],
      [handshake.OFFER_ALIGNMENT_OFFSET, 'alignment'],
      [handshake.OFFER_FLAGS_OFFSET, 'flags'],
    ])
    expect(numbersIn('The offer', 'flags')).toEqual([handshake.FLAGS_PLAIN, handshake.FLAGS_CALLS])
    expect(page.text).toContain(`${handshake.OFFER_LENGTH} bytes, and with them`)
  })

  it('has the marker and the greetings where the descriptor has them', () => {
    expect(offsets('The marker')).toEqual({
      magic: handshake.MARKER_MAGIC_OFFSET,
      protocol: handshake.MARKER_PROTOCOL_OFFSET,
      'role of the listener in this ring': handshake.MARKER_ROLE_OFFSET,
      reserved: handshake.MARKER_RESERVED_OFFSET,
    })
    expect(offsets('Hello and welcome')).toEqual({
      magic: handshake.GREETING_MAGIC_OFFSET,
      protocol: handshake.GREETING_PROTOCOL_OFFSET,
      'role of the sender in the first ring': handshake.GREETING_ROLE_OFFSET,
      status: handshake.GREETING_STATUS_OFFSET,
    })
    expect(page.text).toContain(`Each is ${handshake.GREETING_LENGTH} bytes`)
  })

  it('has the numbers of the handshake', () => {
    expect(numbersIn('The marker', 'magic')).toEqual([handshake.MARKER_MAGIC])
    expect(numbersIn('The marker', 'protocol')).toEqual([handshake.PROTOCOL_VERSION])
    expect(numbersIn('The marker', 'role')).toEqual([handshake.ROLE_PRODUCER, handshake.ROLE_CONSUMER])
    expect(numbersIn('Hello and welcome', 'magic')).toEqual([handshake.HELLO_MAGIC, handshake.WELCOME_MAGIC])
    expect(numbersIn('Hello and welcome', 'protocol')).toEqual([handshake.PROTOCOL_VERSION])
    expect(values('Hello and welcome')).toEqual({
      accepted: handshake.STATUS_ACCEPTED,
      'role conflict': handshake.STATUS_ROLE_CONFLICT,
      'ring refused': handshake.STATUS_RING_REFUSED,
      withdrawn: handshake.STATUS_WITHDRAWN,
    })
    expect(values('Bell and goodbye')).toEqual({ bell: handshake.BELL, goodbye: handshake.GOODBYE })
  })
})
