import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import type { HandlerContext } from '../../../src/rpc/handler.js'
import { coded } from '../../support/bus/thread-pair.js'
import { asText, served, text } from '../../support/rpc/rpc-ends.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'

const echo = (bytes: Uint8Array): Uint8Array => bytes

describe('a handler', () => {
  it('answers at once, or later', async () => {
    expectNothingLeft()
    const { client } = await served({
      1: echo,
      2: async (bytes: Uint8Array) => {
        await sleep(5)
        return bytes
      },
    })
    expect(await client.call(1, text('now'))).toEqual(text('now'))
    expect(await client.call(2, text('later'))).toEqual(text('later'))
    expect(await client.call(1)).toEqual(new Uint8Array(0))
  })

  it('is called by name', async () => {
    const { client } = await served({ größe: (list: number[]) => list.length })
    expect(await client.invoke('größe', [1, 2, 3])).toBe(3)
  })

  it('owns its request', async () => {
    let kept: Uint8Array = new Uint8Array(0)
    const { client } = await served({
      1: (bytes: Uint8Array) => {
        kept = bytes
        return undefined
      },
    })
    await client.call(1, text('keep me'))
    for (let round = 0; round < 2000; round++) await client.call(1)
    expect(kept).toHaveLength(0)
    await client.call(1, text('keep me'))
    const first = kept
    for (let round = 0; round < 2000; round++) await client.call(1, text('overwrite'))
    expect(asText(first)).toBe('keep me')
  })

  it('knows who calls what', async () => {
    const seen: unknown[] = []
    const note = (_: unknown, { peer, msgType, method }: HandlerContext) => {
      seen.push([peer.pid, msgType, method])
      return undefined
    }
    const { client } = await served({ 7: note, note })
    await client.call(7)
    await client.invoke('note')
    expect(seen).toEqual([
      [process.pid, 7, undefined],
      [process.pid, undefined, 'note'],
    ])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('bad')
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('bad')
      },
    ],
  ])('that %s fails its call alone', async (_how, handler) => {
    const { client } = await served({ 1: handler, 2: echo })
    await expect(client.call(1)).rejects.toMatchObject({
      code: ErrorCode.rpcHandlerFailed,
      remote: { name: 'TypeError', message: 'bad' },
    })
    expect(await client.call(2, text('x'))).toEqual(text('x'))
  })

  it.each([['text'], [undefined], [null], [0], [Symbol('s')]])('may throw %s', async (thrown) => {
    const { client } = await served({
      1: () => {
        throw thrown
      },
    })
    await expect(client.call(1)).rejects.toMatchObject({ code: ErrorCode.rpcHandlerFailed })
  })

  it('shows its stack only where the server says so', async () => {
    const handlers = {
      1: () => {
        throw new Error('x')
      },
    }
    const quiet = await served(handlers)
    const open = await served(handlers, { exposeStacks: true })
    expect((await quiet.client.call(1).catch((error) => error)).remote.stack).toBeUndefined()
    expect((await open.client.call(1).catch((error) => error)).remote.stack).toContain('rpc-handlers.test')
  })

  it.each([
    ['a text', 'no bytes'],
    ['a number', 5],
    ['null', null],
  ])('may not answer %s', async (_what, answer) => {
    const { client } = await served({ 1: () => answer as never, 2: async () => answer as never })
    await expect(client.call(1)).rejects.toMatchObject({ name: 'RpcError' })
    await expect(client.call(2)).rejects.toMatchObject({ name: 'RpcError' })
  })

  it('may answer with a promise that is none', async () => {
    const thenable = (then: (resolve: (value: unknown) => void) => unknown) =>
      Object.defineProperty({}, 'then', { value: then })
    const { client } = await served({
      1: () => thenable((resolve) => [resolve(text('a')), resolve(text('b'))]),
      2: () =>
        thenable(() => {
          throw new Error('then')
        }),
    })
    expect(await client.call(1)).toEqual(text('a'))
    await expect(client.call(2)).rejects.toMatchObject({ remote: { message: 'then' } })
    expect(await client.call(1)).toEqual(text('a'))
    expect(client.droppedReplies).toBe(0)
  })

  it('may reuse the bytes of its answer', async () => {
    const scratch = new Uint8Array(20_000)
    let calls = 0
    const { client } = await served({ 1: () => scratch.fill(++calls) })
    const replies = await Promise.all(Array.from({ length: 30 }, () => client.call(1)))
    expect(replies.map((reply) => [reply[0], reply[19_999]])).toEqual(
      Array.from({ length: 30 }, (_, at) => [at + 1, at + 1]),
    )
  })

  it('may not answer more than the ring takes', async () => {
    const { client } = await served({
      1: (bytes: Uint8Array) => new Uint8Array(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)),
    })
    const ask = (size: number) => client.call(1, new Uint8Array(Uint32Array.of(size).buffer))
    expect(await ask(32704)).toHaveLength(32704)
    await expect(ask(32705)).rejects.toMatchObject({
      code: ErrorCode.rpcTooLarge,
      message: expect.stringContaining('32705'),
    })
    expect(await ask(5)).toHaveLength(5)
  })
})

describe('a handler that writes its answer into the ring', () => {
  it('answers with what it commits', async () => {
    const { client } = await served({
      1: (_: Uint8Array, context: HandlerContext) => {
        const slot = context.replyZeroCopy(100)
        slot.bytes.set(text('in place'))
        slot.commit(8)
        return text('dropped')
      },
    })
    for (let round = 0; round < 10; round++) expect(asText(await client.call(1))).toBe('in place')
    expect(client.droppedReplies).toBe(0)
  })

  it('may be late, and others answer meanwhile', async () => {
    const { client, server } = await served({
      1: async (_: Uint8Array, context: HandlerContext) => {
        const slot = context.replyZeroCopy(8)
        await sleep(20)
        slot.commit(3)
        return undefined
      },
      2: echo,
    })
    const late = client.call(1)
    const others = [1, 2, 3].map((value) => client.call(2, Uint8Array.of(value)))
    expect(await late).toHaveLength(3)
    expect((await Promise.all(others)).map(([value]) => value)).toEqual([1, 2, 3])
    expect(server.runningCalls).toBe(0)
  })

  it('is given memory of its own when the ring has no room', async () => {
    const { client } = await served({
      1: (request: Uint8Array, context: HandlerContext) => {
        const slot = context.replyZeroCopy(20_000)
        slot.bytes.fill(request[0] as number)
        slot.commit()
        return undefined
      },
    })
    const replies = await Promise.all(Array.from({ length: 20 }, (_, at) => client.call(1, Uint8Array.of(at))))
    expect(replies.map((reply) => [reply.length, reply[0], reply[19_999]])).toEqual(
      Array.from({ length: 20 }, (_, at) => [20_000, at, at]),
    )
  })

  it('and leaves the slot open, or rolls it back, answers with what it returns', async () => {
    const { client } = await served({
      1: (_: Uint8Array, context: HandlerContext) => {
        context.replyZeroCopy(8)
        return text('returned')
      },
      2: (_: Uint8Array, context: HandlerContext) => {
        context.replyZeroCopy(8).rollback()
        return text('rolled back')
      },
      3: (_: Uint8Array, context: HandlerContext) => {
        context.replyZeroCopy(8)
        throw new Error('in the middle')
      },
    })
    expect(asText(await client.call(1))).toBe('returned')
    expect(asText(await client.call(2))).toBe('rolled back')
    await expect(client.call(3)).rejects.toMatchObject({ remote: { message: 'in the middle' } })
    expect(asText(await client.call(1))).toBe('returned')
  })

  it('can do so once, and no more than the ring takes', async () => {
    const { client } = await served({
      1: (_: Uint8Array, context: HandlerContext) => {
        expect(() => context.replyZeroCopy(40_000)).toThrow(coded(ErrorCode.tooLarge))
        context.replyZeroCopy(8).commit(1)
        expect(() => context.replyZeroCopy(8)).toThrow(coded(ErrorCode.busy))
        return undefined
      },
    })
    expect(await client.call(1)).toHaveLength(1)
  })
})

describe('calls that nobody answers', () => {
  it('fail, and name what was called', async () => {
    const { client } = await served({ 1: echo })
    await expect(client.call(2)).rejects.toMatchObject({
      code: ErrorCode.rpcUnknownType,
      message: expect.stringContaining('message type 2'),
    })
    await expect(client.invoke('nobody')).rejects.toMatchObject({
      code: ErrorCode.rpcUnknownMethod,
      message: expect.stringContaining('nobody'),
    })
    await expect(client.call(0xffff)).rejects.toEqual(coded(ErrorCode.invalidArgument))
    await expect(client.call(-1)).rejects.toEqual(coded(ErrorCode.invalidArgument))
  })

  it('are answered once the handler is there', async () => {
    const { client, server } = await served({ 1: echo })
    await expect(client.call(2)).rejects.toEqual(coded(ErrorCode.rpcUnknownType))
    server.handlers.register(2, echo)
    expect(await client.call(2, text('x'))).toEqual(text('x'))
  })
})
