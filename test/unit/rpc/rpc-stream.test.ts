import { describe, expect, it } from 'vitest'
import type { StreamListener } from '../../../src/rpc/incoming-stream.js'
import { RpcStream } from '../../../src/rpc/rpc-stream.js'

interface Settings {
  readonly window?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A stream whose other end is the test: what it was told is written down. */
function opened({ window = 4, timeoutMs, signal }: Settings = {}) {
  const told: string[] = []
  let listener: StreamListener | undefined
  const stream = new RpcStream<number>({
    what: 'stream of method count',
    window,
    timeoutMs,
    signal,
    open(given) {
      listener = given
      return { grant: (items) => told.push(`grant ${items}`), cancel: () => told.push('cancel') }
    },
    decode(payload) {
      if (payload[0] === 0) throw new Error('zero')
      return payload[0] as number
    },
  })
  const { item, end, fail } = listener as unknown as StreamListener
  const send = (...values: number[]) => {
    for (const value of values) item(Uint8Array.of(value))
  }
  return { stream, told, send, end, fail }
}

async function taken(stream: RpcStream<number>, count = Number.POSITIVE_INFINITY): Promise<number[]> {
  const items: number[] = []
  for await (const value of stream) {
    items.push(value)
    if (items.length === count) break
  }
  return items
}

describe('a stream', () => {
  it('delivers its items in order, those that came early and those that are awaited, and ends', async () => {
    const { stream, send, end } = opened()
    send(1, 2)
    const items = taken(stream)
    await Promise.resolve()
    send(3)
    end()
    expect(await items).toEqual([1, 2, 3])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('delivers what came before the end', async () => {
    const { stream, send, end } = opened()
    send(1, 2)
    end()
    expect(await taken(stream)).toEqual([1, 2])
  })

  it('asks for its window at once, and again by halves as the loop takes items', async () => {
    const { stream, told, send } = opened({ window: 4 })
    expect(told).toEqual(['grant 3'])
    send(1, 2, 3, 4)
    expect(told).toEqual(['grant 3'])
    await stream.next()
    expect(told).toEqual(['grant 3'])
    await stream.next()
    expect(told).toEqual(['grant 3', 'grant 2'])
  })

  it('with a window of one asks for each item by itself', async () => {
    const { stream, told, send } = opened({ window: 1 })
    expect(told).toEqual([])
    send(1)
    await stream.next()
    expect(told).toEqual(['grant 1'])
  })

  it('is cancelled, once, when the loop is left', async () => {
    const { stream, told, send, end } = opened()
    send(1, 2, 3)
    expect(await taken(stream, 1)).toEqual([1])
    end()
    await stream.return()
    expect(told).toEqual(['grant 3', 'cancel'])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('is cancelled when the loop throws, and at the end of its block', async () => {
    const { stream, told, send } = opened()
    send(1)
    const loop = async () => {
      for await (const value of stream) throw new Error(`at ${value}`)
    }
    await expect(loop()).rejects.toThrow('at 1')
    expect(told).toEqual(['grant 3', 'cancel'])
    const other = opened()
    {
      await using _stream = other.stream
    }
    expect(other.told).toEqual(['grant 3', 'cancel'])
  })

  it('is not cancelled when it has ended', async () => {
    const { stream, told, end } = opened()
    end()
    await stream.return()
    expect(told).toEqual(['grant 3'])
  })

  it('delivers what came before a failure, then fails, once', async () => {
    const { stream, send, fail } = opened()
    send(1)
    fail(new Error('broken'))
    expect(await stream.next()).toEqual({ done: false, value: 1 })
    await expect(stream.next()).rejects.toThrow('broken')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('fails a loop that waits', async () => {
    const { stream, fail } = opened()
    const waiting = stream.next()
    fail(new Error('broken'))
    await expect(waiting).rejects.toThrow('broken')
  })

  it('drops what came when its signal is aborted', async () => {
    const controller = new AbortController()
    const { stream, send, fail } = opened({ signal: controller.signal })
    send(1, 2)
    controller.abort('enough')
    fail(controller.signal.reason)
    await expect(stream.next()).rejects.toBe('enough')
  })

  it('fails, and is cancelled, when a callee sends more than it has leave for', async () => {
    const { stream, told, send } = opened({ window: 2 })
    send(1, 2, 3)
    await expect(stream.next()).rejects.toMatchObject({
      code: 'ERR_RINGWAY_RPC_PROTOCOL',
      message: 'The stream of method count brought more than the 2 items it had leave for',
    })
    expect(told).toEqual(['grant 1', 'cancel'])
  })

  it('fails, and is cancelled, at an item that cannot be decoded', async () => {
    const { stream, told, send } = opened()
    send(1, 0, 2)
    await stream.next()
    await expect(stream.next()).rejects.toThrow('zero')
    expect(told).toEqual(['grant 3', 'grant 2', 'cancel'])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('fails, and is cancelled, when an item takes longer than its time', async () => {
    const { stream, told, send } = opened({ timeoutMs: 20 })
    send(1)
    await stream.next()
    await expect(stream.next()).rejects.toMatchObject({
      code: 'ERR_RINGWAY_TIMEOUT',
      message: 'The stream of method count brought nothing for 20 ms',
    })
    expect(told).toEqual(['grant 3', 'cancel'])
  })

  it('serves several that wait, in order', async () => {
    const { stream, send, end } = opened()
    const waiting = [stream.next(), stream.next(), stream.next()]
    send(1, 2)
    end()
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual([1, 2, undefined])
  })
})
