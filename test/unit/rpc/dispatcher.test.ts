import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ErrorCode, TimeoutError } from '../../../src/errors.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { Dispatcher } from '../../../src/rpc/dispatcher.js'
import { decodeFailure } from '../../../src/rpc/failure-frames.js'
import { FOREIGN_ERROR_TYPE, frameType, ROUTE_CANCEL, ROUTE_CREDIT, ROUTE_ERROR } from '../../../src/rpc/frames.js'
import type { HandlerContext } from '../../../src/rpc/handler.js'
import { namedBody } from '../../../src/rpc/named-body.js'
import { writtenBytes } from '../../../src/rpc/outbox.js'
import type { RpcCaller } from '../../../src/rpc/rpc-caller.js'
import { coded } from '../../support/bus/thread-pair.js'
import { asText, foreignPair, rpcPair, text } from '../../support/rpc/rpc-ends.js'

const errorType = frameType(ROUTE_ERROR, 0)
const namedCall = frameType(1, 0)

function failureOf(caller: RpcCaller, id: number) {
  const { typeId, data } = caller.waitSync(id, { timeoutMs: 1000 })
  expect(typeId).toBe(errorType)
  return decodeFailure(data, 'call')
}

describe('a dispatcher', () => {
  const handlers = new Dispatcher({
    1: (bytes: Uint8Array) => bytes,
    2: (_: Uint8Array, context: HandlerContext) => {
      const slot = context.replyZeroCopy(100)
      slot.bytes.set(text('in place'))
      slot.commit(8)
      return undefined
    },
    3: () => {
      throw new TypeError('bad')
    },
    4: async () => {
      await sleep(1)
      throw new Error('nobody hears it')
    },
    5: () => new Uint8Array(5000),
    6: (_: Uint8Array, context: HandlerContext) => {
      context.replyZeroCopy(8)
      return text('returned')
    },
    7: (_: Uint8Array, context: HandlerContext) => {
      context.replyZeroCopy(8)
      throw new Error('in the middle')
    },
    8: () => 'text' as never,
    add: ([a, b]: [number, number]) => a + b,
    async *many() {
      yield 1
    },
  })

  it('answers by type, by name, and in place', async () => {
    const { caller, callee } = await rpcPair()
    const ids = [
      caller.callSync(text('echo'), 1),
      caller.callSync(text(''), 2),
      caller.callSync(text(''), 6),
      caller.callSync(writtenBytes(namedBody('add', text('[2,3]'))), namedCall),
    ]
    for (const _ of ids) expect(handlers.serveOnceSync(callee)).toBe(true)
    const replies = ids.map((id) => caller.waitSync(id))
    expect(replies.map(({ data }) => asText(data))).toEqual(['echo', 'in place', 'returned', '5'])
    expect(replies.map(({ typeId }) => typeId)).toEqual([1, 2, 6, 0])
    expect([caller.consumeReplies(() => undefined), caller.droppedReplies]).toEqual([0, 0])
  })

  it.each([
    [3, ErrorCode.rpcHandlerFailed],
    [4, ErrorCode.rpcProtocol],
    [5, ErrorCode.rpcTooLarge],
    [7, ErrorCode.rpcHandlerFailed],
    [8, ErrorCode.rpcNotSerialisable],
    [99, ErrorCode.rpcUnknownType],
    [frameType(77, 1), ErrorCode.rpcProtocol],
    [namedCall, ErrorCode.rpcProtocol],
  ])('outlives a call of type %i, which fails with %s', async (typeId, code) => {
    const { caller, callee } = await rpcPair()
    const failed = caller.callSync(text(''), typeId)
    const next = caller.callSync(text('next'), 1)
    for (let at = 0; at < 2; at++) handlers.serveOnceSync(callee)
    expect(failureOf(caller, failed).code).toBe(code)
    expect(asText(caller.waitSync(next).data)).toBe('next')
  })

  it.each([
    ['many', ErrorCode.rpcProtocol],
    ['nobody', ErrorCode.rpcUnknownMethod],
    ['add', ErrorCode.rpcNotSerialisable],
  ])('outlives a call of %s', async (name, code) => {
    const { caller, callee } = await rpcPair()
    const id = caller.callSync(writtenBytes(namedBody(name, text('{'))), namedCall)
    handlers.serveOnceSync(callee)
    expect(failureOf(caller, id).code).toBe(code)
  })

  it('tells foreign callers the type alone', async () => {
    const { caller, callee } = await foreignPair()
    for (const typeId of [3, 99, frameType(1, 5)]) {
      const id = caller.callSync(text(''), typeId)
      handlers.serveOnceSync(callee)
      expect(caller.waitSync(id)).toMatchObject({
        typeId: FOREIGN_ERROR_TYPE,
        data: Uint8Array.of(0, typeId & 0xffff),
      })
    }
  })

  it('waits no longer than it may, and passes over what is no call', async () => {
    const { caller, callee } = await rpcPair()
    caller.callSync(text(''), frameType(ROUTE_CANCEL, 0))
    caller.callSync(text(''), frameType(ROUTE_CREDIT, 0))
    expect(() => handlers.serveOnceSync(callee, { timeoutMs: 5 })).toThrow(TimeoutError)
  })

  it('ends with its caller', async () => {
    const { caller, callee } = await rpcPair()
    caller.callSync(text('a'), 1)
    caller.close()
    await callee.closed
    handlers.serveForeverSync(callee)
    callee.close()
    expect(() => handlers.serveOnceSync(callee)).toThrow(coded(ErrorCode.closed))
    const second = await rpcPair()
    second.caller.close()
    handlers.serveForeverSync(second.callee)
    expect(handlers.serveOnceSync(second.callee)).toBe(false)
  })

  it('ends with a ring that makes no sense', async () => {
    const { caller, callee } = await rpcPair()
    const { session } = caller as unknown as { session: { link: { lanes: { memory: { words: Int32Array } }[] } } }
    ;(session.link.lanes[0]?.memory.words as Int32Array)[HEAD_OFFSET / 4] = 12345
    expect(() => handlers.serveForeverSync(callee)).toThrow(coded(ErrorCode.corrupt))
  })

  it('answers a million garbage calls, each once', { timeout: 60_000 }, async () => {
    const { caller, callee } = await rpcPair(65536)
    const garbage = crypto.getRandomValues(new Uint8Array(4096))
    let seed = 11
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return (seed >>> 8) % below
    }
    let [calls, replies] = [0, 0]
    for (let round = 0; round < 1_000_000; round++) {
      const route = random(4) === 0 ? random(0x1_0000) : random(9)
      const offset = random(4000)
      caller.tryCall(garbage.subarray(offset, offset + random(90)), frameType(route, random(12)))
      if (route === ROUTE_CANCEL || route === ROUTE_CREDIT) {
        callee.tryServe()
        continue
      }
      calls++
      handlers.serveOnceSync(callee)
      replies += caller.consumeReplies(() => undefined)
    }
    expect(replies).toBe(calls)
    expect(calls).toBeGreaterThan(500_000)
  })
})
