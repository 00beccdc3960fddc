import { describe, expect, it } from 'vitest'
import * as frames from '../../src/rpc/frames.js'
import { INITIAL_CREDIT } from '../../src/rpc/stream-window.js'
import { readPage, tableRows } from '../support/docs/page.js'

const page = readPage('docs/protocol.md')
const rows = tableRows(page, 'Frames').slice(1)

describe('docs/protocol.md', () => {
  it('has every route, and each frame under its own', () => {
    const routes = Object.fromEntries(rows.map(([route, frame]) => [frame, Number(route)]))
    expect(routes).toEqual({
      'call by type': frames.ROUTE_PLAIN,
      reply: frames.ROUTE_PLAIN,
      'error reply to a foreign caller': frames.ROUTE_PLAIN,
      'call by name': frames.ROUTE_NAMED_CALL,
      'error reply': frames.ROUTE_ERROR,
      'item of a stream': frames.ROUTE_STREAM_ITEM,
      'end of a stream': frames.ROUTE_STREAM_END,
      cancel: frames.ROUTE_CANCEL,
      'stream credit': frames.ROUTE_CREDIT,
    })
    const numbers = Object.entries(frames).filter(([name]) => name.startsWith('ROUTE_'))
    expect(new Set(Object.values(routes))).toEqual(new Set(numbers.map(([, route]) => route)))
  })

  it('has the message types of calls', () => {
    const typeOf = (frame: string) => rows.find(([, name]) => name === frame)?.[3]
    expect(typeOf('error reply to a foreign caller')).toBe(String(frames.FOREIGN_ERROR_TYPE))
    expect(typeOf('call by type')).toContain(`0 to ${frames.FOREIGN_ERROR_TYPE - 1}`)
  })

  it('has the payloads that the codecs of frames make', () => {
    const named = frames.decodeNamedCall(Uint8Array.of(2, 0, 0xc3, 0xa4, 9))
    expect(named).toEqual({ name: 'ä', body: Uint8Array.of(9) })
    expect([...frames.encodeCredit(0x01020304)]).toEqual([4, 3, 2, 1])
    expect([...frames.encodeForeignError(0x0102)]).toEqual([1, 2])
    const payload = (frame: string) => rows.find(([, name]) => name === frame)?.[4]
    expect(payload('call by name')).toMatch(/^u16 length of the name, the name in UTF-8, the request$/)
    expect(payload('stream credit')).toMatch(/^u32/)
    expect(payload('error reply to a foreign caller')).toMatch(/^u16, big-endian/)
  })

  it('says how many items come before any credit', () => {
    expect(INITIAL_CREDIT).toBe(1)
    expect(page.text).toContain('A stream may begin with one item.')
  })
})
