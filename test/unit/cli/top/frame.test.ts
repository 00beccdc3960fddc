import { describe, expect, it } from 'vitest'
import { busTable, inOrder } from '../../../../src/cli/top/bus-table.js'
import { displayWidth } from '../../../../src/cli/top/display-width.js'
import { frame } from '../../../../src/cli/top/frame.js'
import type { BusRow } from '../../../../src/inspect/bus-row.js'

const row = (others: Partial<BusRow> = {}): BusRow => ({
  kind: 'bus',
  name: '/tmp/orders.sock',
  producer: { pid: 11, command: 'node producer.mjs', native: true },
  consumer: { pid: 12, command: 'node consumer.mjs', native: true },
  processes: [
    { pid: 11, command: 'node producer.mjs', native: true },
    { pid: 12, command: 'node consumer.mjs', native: true },
  ],
  listenerPid: 12,
  rolesFrom: 'marker',
  capacityBytes: 65_536,
  usedBytes: 16_384,
  producedBytesPerSecond: 2_000_000,
  consumedBytesPerSecond: 2_000_000,
  producerState: 'awake',
  consumerState: 'doorbell',
  state: 'open',
  finding: null,
  ageMs: 61_000,
  idleMs: 0,
  access: 'mapped',
  ...others,
})

const settings = { columns: 80, rows: 24, colored: false, intervalMs: 1000 }

describe('the table', () => {
  it('shows all that is known of a ring', () => {
    const { titles, lines } = busTable([row()], Number.POSITIVE_INFINITY)
    expect(titles.split(/ {2,}/)).toEqual(
      'BUS,KIND,PRODUCER,CONSUMER,PEERS,SIZE,FILL,RATE,P IS,C IS,STATE,IDLE,AGE'.split(','),
    )
    expect(lines[0]?.split(/ {2,}/)).toEqual(
      '/tmp/orders.sock,bus,11 node producer.mjs,12 node consumer.mjs,native,64K,16K 25%,2 MB/s,awake,bell,open,0s,61s'.split(
        ',',
      ),
    )
  })

  it('says ? of what is not known, and shows who may be meant', () => {
    const { lines } = busTable([row({ producer: null, consumer: null, capacityBytes: null, usedBytes: null })], 200)
    expect(lines[0]).toContain('? 11 node producer.mjs')
    expect(lines[0]).toContain('? 12 node consumer.mjs')
  })

  it.each([
    [[true, true], 'native'],
    [[false, false], 'foreign'],
    [[true, false], 'mixed'],
    [[true, null], '?'],
  ])('tells peers that are %j to be %s', (natives, expected) => {
    const processes = natives.map((native, pid) => ({ pid, command: 'x', native }))
    const { titles, lines } = busTable([row({ processes })], 200)
    expect(lines[0]?.slice(titles.indexOf('PEERS')).startsWith(expected)).toBe(true)
  })

  it.each([20, 30, 40, 60, 72, 80, 100, 132, 200])('fits into %i columns, and keeps the bus and its rate', (width) => {
    const { titles, lines } = busTable([row(), row({ name: '/tmp/漢字漢字漢字漢字漢字漢字.sock' })], width)
    for (const line of [titles, ...lines]) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    if (width >= 30) expect([titles, ...lines].join('\n')).toMatch(/BUS.*RATE.*2 MB\/s/s)
  })

  it('has the busiest ring first, and those that stand by name', () => {
    const rows = [
      row({ name: 'c', producedBytesPerSecond: 0 }),
      row({ name: 'b', producedBytesPerSecond: 5 }),
      row({ name: 'a', producedBytesPerSecond: 0 }),
      row({ name: 'd', producedBytesPerSecond: null }),
    ]
    expect(inOrder(rows).map(({ name }) => name)).toEqual(['b', 'a', 'c', 'd'])
  })
})

describe('the screen', () => {
  it('obeys no byte that a peer has chosen', () => {
    const evil = '/tmp/\x1b]0;owned\x07\n'
    const process = { pid: 1, command: 'x\x1b[2J', native: null }
    const lines = frame([row({ name: evil, producer: process, finding: 'a\x1bb' })], settings)
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })

  it('says how much there is, and how to leave', () => {
    expect(frame([row(), row()], settings)[0]).toBe('ringway top: 2 rings of 2 processes, every 1 s; q ends')
    expect(frame([], settings)[0]).toBe('ringway top: 0 rings of 0 processes, every 1 s; q ends')
  })

  it('says once what is wrong with several rings', () => {
    const rows = ['a', 'b', 'c'].map((name) => row({ name, state: 'unreadable', finding: 'no permission' }))
    expect(frame(rows, settings).at(-1)).toBe('a and 2 others: no permission')
  })

  it('is no taller than the terminal, and says what it hides', () => {
    const lines = frame(
      Array.from({ length: 30 }, (_, index) => row({ name: `bus ${index}` })),
      { ...settings, rows: 10 },
    )
    expect(lines).toHaveLength(10)
    expect(lines.at(-1)).toBe('… 24 more lines')
  })

  it('has colours where they are wanted, and no others', () => {
    expect(frame([row()], settings).join('')).not.toContain('\x1b')
    expect(frame([row()], { ...settings, colored: true }).join('')).toContain('\x1b[32m')
    expect(frame([row({ state: 'corrupt' })], { ...settings, colored: true }).join('')).toContain('\x1b[31m')
  })
})
