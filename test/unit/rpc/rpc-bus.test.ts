import { describe, expect, it } from 'vitest'
import type { RxGuard } from '../../../src/bus/rx-guard.js'
import type { TxGuard } from '../../../src/bus/tx-guard.js'
import { ErrorCode, TimeoutError } from '../../../src/errors.js'
import type { RpcCallee } from '../../../src/rpc/rpc-callee.js'
import type { RpcCaller } from '../../../src/rpc/rpc-caller.js'
import { coded } from '../../support/bus/thread-pair.js'
import { asText, foreignPair, rpcPair, text } from '../../support/rpc/rpc-ends.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'

const nothing = new Uint8Array(0)

interface Forms {
  readonly call: (caller: RpcCaller) => Promise<TxGuard | undefined>
  readonly serve: (callee: RpcCallee) => Promise<RxGuard | undefined>
  readonly reply: (callee: RpcCallee, id: number) => Promise<TxGuard | undefined>
  readonly wait: (caller: RpcCaller, id: number) => Promise<RxGuard | undefined>
}

const zeroCopyForms: Readonly<Record<string, Forms>> = {
  try: {
    call: async (caller) => caller.tryCallZeroCopy(8, 3),
    serve: async (callee) => callee.tryServeZeroCopy(),
    reply: async (callee, id) => callee.tryReplyZeroCopy(id, 8, 4),
    wait: async (caller, id) => caller.tryWaitZeroCopy(id),
  },
  promise: {
    call: (caller) => caller.callZeroCopy(8, 3),
    serve: (callee) => callee.serveZeroCopy(),
    reply: (callee, id) => callee.replyZeroCopy(id, 8, 4),
    wait: (caller, id) => caller.waitZeroCopy(id),
  },
  sync: {
    call: async (caller) => caller.callZeroCopySync(8, 3),
    serve: async (callee) => callee.serveZeroCopySync(),
    reply: async (callee, id) => callee.replyZeroCopySync(id, 8, 4),
    wait: async (caller, id) => caller.waitZeroCopySync(id),
  },
}

describe('a call and its reply', () => {
  it('go through the try forms', async () => {
    expectNothingLeft()
    const { caller, callee } = await rpcPair()
    const id = caller.tryCall(text('ping'), 7) as number
    expect(id).toBe(1)
    expect(caller.tryWait(id)).toBeUndefined()
    const call = callee.tryServe()
    expect(call).toMatchObject({ typeId: 7, correlationId: 1 })
    expect(asText(call?.data as Uint8Array)).toBe('ping')
    expect(callee.tryReply(1, text('pong'), 8)).toBe(true)
    expect(caller.tryWait(id)).toMatchObject({ typeId: 8, correlationId: 1, data: text('pong') })
  })

  it('go through the promise forms', async () => {
    const { caller, callee } = await rpcPair()
    const serving = callee.serve()
    const id = await caller.call(text('a'), 1)
    const waiting = caller.wait(id)
    const call = await serving
    await callee.reply(call?.correlationId as number, text('b'), 2)
    expect(await waiting).toMatchObject({ data: text('b'), typeId: 2 })
  })

  it('go through the blocking forms', async () => {
    const { caller, callee } = await rpcPair()
    const id = caller.callSync(text('a'), 1)
    callee.replySync(callee.serveSync()?.correlationId as number, text('b'), 2)
    expect(caller.waitSync(id)).toMatchObject({ data: text('b') })
    expect(() => callee.serveSync({ timeoutMs: 1 })).toThrow(TimeoutError)
    const open = caller.callSync(text('c'))
    expect(() => caller.waitSync(open, { timeoutMs: 1 })).toThrow(TimeoutError)
  })

  it.each(Object.entries(zeroCopyForms))('go through the zero-copy forms (%s)', async (_form, forms) => {
    const { caller, callee } = await rpcPair()
    const asked = await forms.call(caller)
    asked?.view.setUint32(0, 42, true)
    const id = asked?.correlationId as number
    asked?.commit(4)
    const call = await forms.serve(callee)
    expect(call).toMatchObject({ size: 4, typeId: 3, correlationId: id })
    const answer = await forms.reply(callee, id)
    answer?.view.setUint32(0, (call?.view.getUint32(0, true) as number) + 1, true)
    answer?.commit(4)
    call?.commit()
    const reply = await forms.wait(caller, id)
    expect(reply?.view.getUint32(0, true)).toBe(43)
    reply?.commit()
  })

  it('go through the handlers that allocate nothing', async () => {
    const { caller, callee } = await rpcPair()
    for (let round = 1; round <= 100; round++) {
      const id = caller.tryCall(Uint8Array.of(round), 5)
      expect(
        callee.consumeCalls((view, offset, size, typeId, call) => {
          expect([size, typeId, call]).toEqual([1, 5, round])
          callee.tryReply(call, Uint8Array.of(view.getUint8(offset) + 1), 6)
        }),
      ).toBe(1)
      const replies: unknown[] = []
      const count = caller.consumeReplies((view, offset, _size, typeId, reply) => {
        replies.push([view.getUint8(offset), typeId, reply])
      })
      expect(count).toBe(1)
      expect(replies).toEqual([[round + 1, 6, id]])
    }
  })

  it.each([0, 1, 63, 64, 65, 1984])('carry %i bytes both ways', async (size) => {
    const { caller, callee } = await rpcPair()
    const payload = new Uint8Array(size).map((_, at) => at)
    for (let round = 0; round < 5; round++) {
      const id = caller.callSync(payload)
      const call = callee.serveSync()
      expect(call?.data).toEqual(payload)
      callee.replySync(id, call?.data as Uint8Array)
      expect(caller.waitSync(id).data).toEqual(payload)
    }
  })

  it('may be of the largest size, and not of one byte more', async () => {
    const { caller, callee } = await rpcPair()
    expect([caller.maxPayloadBytes, callee.maxPayloadBytes]).toEqual([1984, 1984])
    expect(() => caller.tryCall(new Uint8Array(1985))).toThrow(coded(ErrorCode.tooLarge))
    await expect(caller.call(new Uint8Array(1985))).rejects.toEqual(coded(ErrorCode.tooLarge))
    await expect(callee.reply(1, new Uint8Array(1985))).rejects.toEqual(coded(ErrorCode.tooLarge))
    expect(caller.tryCall(new Uint8Array(1984))).toBeDefined()
  })
})

describe('many calls', () => {
  it('are answered in any order, and each wait gets its own reply', async () => {
    const { caller, callee } = await rpcPair()
    const ids = await Promise.all([1, 2, 3, 4].map((value) => caller.call(Uint8Array.of(value))))
    const waits = ids.slice(1).map((id) => caller.wait(id))
    for (const id of [3, 1, 4, 2]) callee.replySync(id, Uint8Array.of(id * 10))
    expect((await Promise.all(waits)).map(({ data }) => data[0])).toEqual([20, 30, 40])
    expect(caller.tryWait(1)?.data[0]).toBe(10)
  })

  it('keep replies that another wait has passed, for every form', async () => {
    const { caller, callee } = await rpcPair()
    for (let id = 1; id <= 4; id++) caller.callSync(Uint8Array.of(id))
    for (const id of [1, 2, 3, 4]) callee.replySync(id, Uint8Array.of(id))
    const third = caller.tryWaitZeroCopy(3)
    expect(third?.bytes[0]).toBe(3)
    expect(() => caller.tryWait(4)).toThrow(coded(ErrorCode.busy))
    third?.commit()
    expect(caller.tryWaitZeroCopy(1)?.bytes[0]).toBe(1)
    expect(caller.consumeReplies(() => undefined)).toBe(1)
    expect(caller.waitSync(2).data[0]).toBe(2)
  })

  it('can be waited for once each', async () => {
    const { caller, callee } = await rpcPair()
    const id = caller.callSync(text('a'))
    const waiting = caller.wait(id)
    expect(() => caller.tryWait(id)).toThrow(coded(ErrorCode.busy))
    callee.replySync(id, text('b'))
    await waiting
    await expect(caller.wait(id)).rejects.toEqual(coded(ErrorCode.invalidArgument))
    expect(() => caller.tryWait(99)).toThrow(coded(ErrorCode.invalidArgument))
  })

  it('stay open when a wait ends by its signal or its time', async () => {
    const { caller, callee } = await rpcPair()
    const id = caller.callSync(text('a'))
    await expect(caller.wait(id, { timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError)
    const reason = new Error('enough')
    await expect(caller.wait(id, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const waiting = caller.wait(id, { signal: abort.signal })
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    callee.replySync(id, text('b'))
    expect((await caller.wait(id)).data).toEqual(text('b'))
  })

  it('that are rolled back, or do not get into the ring, were never made', async () => {
    const { caller, callee } = await rpcPair()
    caller.tryCallZeroCopy(8)?.rollback()
    expect(() => caller.tryWait(1)).toThrow(coded(ErrorCode.invalidArgument))
    let last = 0
    for (let id = caller.tryCall(new Uint8Array(960)); id !== undefined; id = caller.tryCall(new Uint8Array(960))) {
      last = id
    }
    await expect(caller.call(text('late'), 0, { timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError)
    expect(caller.tryWait(last)).toBeUndefined()
    expect(() => caller.tryWait(last + 1)).toThrow(coded(ErrorCode.invalidArgument))
    const served: unknown[] = []
    for (let call = callee.tryServe(); call !== undefined; call = callee.tryServe()) served.push(call.data.length)
    expect(new Set(served)).toEqual(new Set([960]))
  })

  it('slow the caller down when the ring is full, and lose nothing', async () => {
    const { caller, callee } = await rpcPair(1024)
    const calls = Array.from({ length: 100 }, (_, at) => caller.call(Uint8Array.of(at)))
    for (let at = 0; at < 100; at++) expect((await callee.serve())?.data[0]).toBe(at)
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  })
})

describe('a hostile callee', () => {
  it('that answers what nobody called, or answers twice, is not heard', async () => {
    const { caller, callee } = await rpcPair()
    const [first, second] = [caller.callSync(text('1')), caller.callSync(text('2'))]
    for (const id of [99, 0, 2n ** 60n, 2 ** 53 - 1]) callee.replySync(id, text('no'))
    callee.replySync(first, text('yes'))
    callee.replySync(first, text('again'))
    callee.replySync(second, text('too'))
    expect(asText((await caller.wait(first)).data)).toBe('yes')
    expect(asText((await caller.wait(second)).data)).toBe('too')
    expect(caller.droppedReplies).toBe(5)
    callee.replySync(second, text('late'))
    expect(caller.consumeReplies(() => expect.unreachable())).toBe(0)
    expect(caller.droppedReplies).toBe(6)
  })
})

describe('the end of the other side', () => {
  it('rejects waits, and later calls', async () => {
    const { caller, callee } = await rpcPair()
    const id = caller.callSync(text('a'))
    const other = caller.callSync(text('b'))
    const waiting = caller.wait(id)
    callee.replySync(other, text('B'))
    callee.close()
    await expect(waiting).rejects.toEqual(coded(ErrorCode.peerClosed))
    expect(() => caller.tryCall(text('c'))).toThrow(coded(ErrorCode.peerClosed))
    expect((await caller.wait(other)).data).toEqual(text('B'))
  })

  it('ends serving', async () => {
    const { caller, callee } = await rpcPair()
    const serving = callee.serve()
    caller.close()
    expect(await serving).toBeUndefined()
    expect(callee.serveSync()).toBeUndefined()
    expect(() => callee.tryServe()).toThrow(coded(ErrorCode.peerClosed))
  })

  it('that is ours rejects waits', async () => {
    const { caller } = await rpcPair()
    const waiting = caller.wait(caller.callSync(text('a')))
    caller.close()
    await expect(waiting).rejects.toEqual(coded(ErrorCode.closed))
  })
})

describe('with a foreign caller', () => {
  it('replies go out in the order of the calls, in every form', async () => {
    const { callee, caller } = await foreignPair()
    for (let id = 1; id <= 5; id++) caller.callSync(text(`${id}`))
    callee.tryServe()
    await callee.serve()
    callee.serveSync()
    callee.tryServeZeroCopy()?.commit()
    callee.consumeCalls(() => undefined)
    const refused = coded(ErrorCode.rpcProtocol)
    expect(() => callee.tryReply(2, text('x'))).toThrow(refused)
    expect(() => callee.replySync(2, text('x'))).toThrow(refused)
    expect(() => callee.tryReplyZeroCopy(2, 1)).toThrow(refused)
    await expect(callee.reply(2, text('x'))).rejects.toEqual(refused)
    await expect(callee.replyZeroCopy(2, 1)).rejects.toEqual(refused)
    callee.tryReplyZeroCopy(1, 1)?.rollback()
    callee.tryReplyZeroCopy(1, 1)?.commit()
    callee.tryReply(2, text('b'))
    await Promise.all([callee.reply(3, text('c')), callee.reply(4, text('d'))])
    await expect(callee.reply(5, new Uint8Array(40_000))).rejects.toEqual(coded(ErrorCode.tooLarge))
    callee.replySync(5, text('e'))
    expect(() => callee.tryReply(6, text('x'))).toThrow(refused)
    expect(caller.waitSync(5).correlationId).toBe(5)
  })
})

describe('with a foreign callee', () => {
  async function outOfOrder(...replies: readonly number[]) {
    const { caller, callee } = await foreignPair()
    for (let id = 1; id <= 4; id++) caller.callSync(text(`${id}`))
    for (let id = 1; id <= 4; id++) callee.serveSync()
    // The test's callee keeps the order too; underneath it does not.
    const { sender } = callee as unknown as { sender: { sendSync(...args: unknown[]): void } }
    const reply = (id: number): void => sender.sendSync(text(`re ${id}`), 0, undefined, id)
    for (const id of replies) reply(id)
    return { caller, reply }
  }
  const refused = coded(ErrorCode.rpcProtocol)

  it('a wrong id costs the call whose turn it was, and the rest go on', async () => {
    const { caller, reply } = await outOfOrder()
    const waiting = caller.wait(1)
    reply(99)
    await expect(waiting).rejects.toEqual(refused)
    reply(3)
    expect(asText((await caller.wait(3)).data)).toBe('re 3')
    await expect(caller.wait(2)).rejects.toEqual(refused)
    reply(4)
    expect(caller.consumeReplies(() => undefined)).toBe(1)
    expect(caller.droppedReplies).toBe(1)
  })

  it('a reply before its turn fails those before it, whoever takes it', async () => {
    const { caller } = await outOfOrder(2, 4)
    const handed: unknown[] = []
    caller.consumeReplies((_view, _offset, _size, _typeId, id) => handed.push(id))
    expect(handed).toEqual([2, 4])
    for (const id of [1, 3]) expect(() => caller.tryWait(id)).toThrow(refused)
    const second = await outOfOrder(3)
    expect(second.caller.tryWaitZeroCopy(3)?.text()).toBe('re 3')
    for (const id of [1, 2]) expect(() => second.caller.tryWaitZeroCopy(id)).toThrow(refused)
  })

  it('calls that were never sent are not waited for', async () => {
    const { caller, callee } = await foreignPair(4096)
    let sent = 0
    while (caller.tryCall(nothing) !== undefined) sent++
    await expect(caller.call(nothing, 0, { timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError)
    for (let id = 1; id <= sent; id++) callee.replySync(callee.serveSync()?.correlationId as number, nothing)
    expect(caller.consumeReplies(() => undefined)).toBe(sent)
    const id = caller.callSync(nothing)
    callee.replySync(callee.serveSync()?.correlationId as number, nothing)
    expect(caller.waitSync(id).correlationId).toBe(id)
  })
})
