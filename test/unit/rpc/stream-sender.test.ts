import { describe, expect, it } from 'vitest'
import { StreamSender } from '../../../src/rpc/stream-sender.js'

/** Enough for everything that can happen without outside help. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function counting(events: string[], most = Number.POSITIVE_INFINITY) {
  return (async function* () {
    try {
      for (let at = 1; at <= most; at++) {
        events.push(`made ${at}`)
        yield at
      }
    } finally {
      events.push('put away')
    }
  })()
}

function sender(events: string[]) {
  return new StreamSender({
    async sendItem(value) {
      events.push(`sent ${String(value)}`)
    },
  })
}

describe('the answering end of a stream', () => {
  it('sends one item, and makes no second one before it is granted', async () => {
    const events: string[] = []
    const stream = sender(events)
    const done = stream.run(counting(events, 3))
    await settled()
    expect(events).toEqual(['made 1', 'sent 1'])
    stream.grant(1)
    await settled()
    expect(events.slice(2)).toEqual(['made 2', 'sent 2'])
    stream.grant(10)
    expect(await done).toBe(true)
    expect(events.slice(4)).toEqual(['made 3', 'sent 3', 'put away'])
  })

  it('waits for room in the reply ring before it makes the next item', async () => {
    const events: string[] = []
    let makeRoom = (): void => undefined
    const stream = new StreamSender({
      sendItem(value) {
        events.push(`sent ${String(value)}`)
        return new Promise((resolve) => {
          makeRoom = resolve
        })
      },
    })
    stream.grant(10)
    const done = stream.run(counting(events, 2))
    await settled()
    expect(events).toEqual(['made 1', 'sent 1'])
    makeRoom()
    await settled()
    expect(events).toEqual(['made 1', 'sent 1', 'made 2', 'sent 2'])
    makeRoom()
    expect(await done).toBe(true)
  })

  it('puts the generator away when it is cancelled while it waits for credit', async () => {
    const events: string[] = []
    const stream = sender(events)
    const done = stream.run(counting(events))
    await settled()
    stream.cancel()
    expect(await done).toBe(false)
    expect(events).toEqual(['made 1', 'sent 1', 'put away'])
  })

  it('sends nothing more when it is cancelled while an item is made', async () => {
    const events: string[] = []
    let goOn = (): void => undefined
    const stream = sender(events)
    const slow = (async function* () {
      try {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        yield 1
      } finally {
        events.push('put away')
      }
    })()
    const done = stream.run(slow)
    await settled()
    stream.cancel()
    goOn()
    expect(await done).toBe(false)
    expect(events).toEqual(['put away'])
  })

  it('makes nothing when it is cancelled before it begins', async () => {
    const events: string[] = []
    const stream = sender(events)
    stream.cancel()
    expect(await stream.run(counting(events))).toBe(false)
    expect(events).toEqual([])
  })

  it('throws what the handler throws, after what it had yielded', async () => {
    const events: string[] = []
    const stream = sender(events)
    stream.grant(5)
    const failing = (async function* () {
      yield 1
      throw new Error('broken')
    })()
    await expect(stream.run(failing)).rejects.toThrow('broken')
    expect(events).toEqual(['sent 1'])
  })

  it('puts the generator away when sending fails', async () => {
    const events: string[] = []
    const stream = new StreamSender({ sendItem: () => Promise.reject(new Error('the peer is gone')) })
    await expect(stream.run(counting(events))).rejects.toThrow('the peer is gone')
    expect(events).toEqual(['made 1', 'put away'])
  })
})
