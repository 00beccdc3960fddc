import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { futexWake, ProcessHandle } from '../../../ffi/index.js'
import { CONSUMER_WORD_OFFSET, HEAD_OFFSET, TAIL_OFFSET, WORD_DOORBELL } from '../../../src/ring/ring-descriptor.js'
import { connectLink } from '../../../src/transport/connector.js'
import { ForeignWatch } from '../../../src/transport/foreign-watch.js'
import type { Lane, Link } from '../../../src/transport/link.js'
import { listenLink } from '../../../src/transport/listener.js'
import { expectNothingLeft, mappedRings } from '../../support/transport/leaks.js'
import { RawConnector } from '../../support/transport/raw-connector.js'
import { offerWith, RawListener, RawRing, sendOffer } from '../../support/transport/raw-listener.js'
import { socketPath } from '../../support/transport/socket-folder.js'

/** We produce; a stock consumer listened. */
async function producing(): Promise<{ link: Link; lane: Lane; ring: RawRing }> {
  const path = socketPath()
  const ring = new RawRing(4096)
  new RawListener(path, (connection) => {
    sendOffer(connection, offerWith(4096), [ring.memory.fd])
    connection.close()
  })
  const link = await connectLink(path, 1, { role: 'producer' })
  return { link, lane: link.lanes[0] as Lane, ring }
}

/** We consume; a stock producer connected. */
async function consuming(): Promise<{ link: Link; lane: Lane; words: Int32Array; wordAddress: bigint }> {
  const path = socketPath()
  const listening = listenLink(path, [4096], { role: 'consumer' })
  const peer = await vi.waitFor(() => new RawConnector(path))
  const { words, mapping } = await peer.takeOffer()
  peer.socket.close()
  const link = await listening
  return { link, lane: link.lanes[0] as Lane, words, wordAddress: mapping.address + BigInt(CONSUMER_WORD_OFFSET) }
}

/** As the original does: the word is left as it is. */
function stockPublish(words: Int32Array, wordAddress: bigint): void {
  Atomics.add(words, HEAD_OFFSET / 4, 64)
  if (Atomics.load(words, CONSUMER_WORD_OFFSET / 4) === 1) futexWake(wordAddress, 1)
}

describe('a consumer before a foreign producer', () => {
  it('is woken from the event loop, again and again, by a producer that never clears the word', async () => {
    expectNothingLeft()
    const { link, lane, words, wordAddress } = await consuming()
    for (let seen = 0; seen < 64 * 20; seen += 64) {
      const woken = new Promise<void>((resolve) => {
        expect(lane.sleeper.arm(seen, resolve)).toBe(true)
      })
      setTimeout(stockPublish, 2, words, wordAddress)
      await woken
      expect(words[HEAD_OFFSET / 4]).toBe(seen + 64)
    }
    link.release('closed')
  })

  it('arms nothing when the head has moved already', async () => {
    expectNothingLeft()
    const { link, lane, words, wordAddress } = await consuming()
    stockPublish(words, wordAddress)
    expect(lane.sleeper.arm(0, () => expect.unreachable())).toBe(false)
    lane.sleeper.sleepSync(0, 60_000)
    link.release('closed')
  })

  it('is not woken after disarming', async () => {
    expectNothingLeft()
    const { link, lane, words, wordAddress } = await consuming()
    let wakes = 0
    lane.sleeper.arm(0, () => wakes++)
    lane.sleeper.disarm()
    stockPublish(words, wordAddress)
    await new Promise<void>(
      (resolve) => lane.sleeper.arm(64, resolve) && setTimeout(stockPublish, 2, words, wordAddress),
    )
    expect(wakes).toBe(0)
    link.release('closed')
  })

  it('sleeps for a slice, with the word at 1 meanwhile and 0 after', async () => {
    expectNothingLeft()
    const { link, lane, words } = await consuming()
    lane.sleeper.sleepSync(0, 5)
    expect(words[CONSUMER_WORD_OFFSET / 4]).toBe(0)
    link.release('closed')
  })

  it('can be released while armed, and gives its memory back', async () => {
    expectNothingLeft()
    const { link, lane } = await consuming()
    lane.sleeper.arm(0, () => expect.unreachable())
    link.release('closed')
    link.release('closed')
    // The stand-in's own mapping of it is left.
    expect(mappedRings()).toHaveLength(1)
  })

  it('rings for nobody, whatever the producer word says', async () => {
    expectNothingLeft()
    const { link, lane } = await consuming()
    lane.wakePeer(WORD_DOORBELL)
    lane.wakePeer(1)
    link.release('closed')
  })

  it('is woken by a timer when more rings wait than one thread can watch', async () => {
    expectNothingLeft()
    const many = []
    for (let index = 0; index < 64; index++) many.push(await consuming())
    const wakes = many.map(({ lane, words, wordAddress }) => {
      const woken = new Promise<void>((resolve) => {
        expect(lane.sleeper.arm(0, resolve)).toBe(true)
      })
      setTimeout(stockPublish, 5, words, wordAddress)
      return woken
    })
    await Promise.all(wakes)
    for (const { link } of many) link.release('closed')
  })
})

describe('a producer before a foreign consumer', () => {
  it('finds room by looking again, from the event loop', async () => {
    expectNothingLeft()
    const { link, lane, ring } = await producing()
    const woken = new Promise<void>((resolve) => {
      expect(lane.sleeper.arm(0, resolve)).toBe(true)
    })
    setTimeout(() => ring.setWord(TAIL_OFFSET, 64), 10)
    await woken
    expect(lane.sleeper.arm(0, () => expect.unreachable())).toBe(false)
    link.release('closed')
  })

  it('finds room by looking again, while blocking', async () => {
    expectNothingLeft()
    const { link, lane, ring } = await producing()
    lane.sleeper.sleepSync(0, 5)
    ring.setWord(TAIL_OFFSET, 64)
    lane.sleeper.sleepSync(0, 60_000)
    link.release('closed')
  })

  it('is not woken after disarming', async () => {
    expectNothingLeft()
    const { link, lane, ring } = await producing()
    lane.sleeper.arm(0, () => expect.unreachable())
    lane.sleeper.disarm()
    ring.setWord(TAIL_OFFSET, 64)
    await sleep(20)
    link.release('closed')
  })

  it('is not woken by what the memory reads as after the release', async () => {
    expectNothingLeft()
    const { link, lane, ring } = await producing()
    ring.setWord(TAIL_OFFSET, 64)
    expect(lane.sleeper.arm(64, () => expect.unreachable())).toBe(true)
    link.release('closed')
    expect(lane.memory.words[TAIL_OFFSET / 4]).toBe(0)
    await sleep(20)
  })

  it('wakes it by futex, and rings no bell that nobody hears', async () => {
    expectNothingLeft()
    const { link, lane } = await producing()
    lane.wakePeer(1)
    lane.wakePeer(WORD_DOORBELL)
    link.look()
    expect(link.end).toBeUndefined()
    link.release('closed')
  })
})

describe('the end of a foreign peer', () => {
  it('is the exit of its process, found by the timer', async () => {
    expectNothingLeft()
    const child = spawn('sleep', ['1000'])
    onTestFinished(() => void child.kill('SIGKILL'))
    const watch = new ForeignWatch(ProcessHandle.open(child.pid as number))
    const ended = new Promise((resolve) => {
      watch.onEnd = resolve
    })
    watch.look()
    child.kill('SIGKILL')
    expect(await ended).toBe('peer-exited')
    watch.close()
  })

  it('is found by look() without the event loop, and told once', async () => {
    expectNothingLeft()
    const child = spawn('true')
    const handle = ProcessHandle.open(child.pid as number)
    const watch = new ForeignWatch(handle)
    const ends: string[] = []
    watch.onEnd = (end) => ends.push(end)
    while (ends.length === 0) watch.look()
    watch.look()
    expect(ends).toEqual(['peer-exited'])
    await new Promise((resolve) => child.on('close', resolve))
  })

  it('takes one timer for all who watch, and none when nobody does', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const watches = [1, 2].map(() => new ForeignWatch(ProcessHandle.open(process.pid)))
    expect(vi.getTimerCount()).toBe(1)
    for (const watch of watches) watch.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is never told after close, nor where the kernel gives no handle', async () => {
    expectNothingLeft()
    const child = spawn('true')
    const watch = new ForeignWatch(ProcessHandle.open(child.pid as number))
    watch.onEnd = () => expect.unreachable()
    watch.close()
    await new Promise((resolve) => child.on('close', resolve))
    watch.look()
    const blind = new ForeignWatch(undefined)
    blind.onEnd = () => expect.unreachable()
    blind.look()
    blind.close()
  })
})
