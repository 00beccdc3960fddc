import { describe, expect, it } from 'vitest'
import { ThreadBus } from '../../../src/threads.js'

const rounds = 1000

/** Runs `step` over and over, and counts the turns that the event loop had meanwhile. */
async function turnsDuring(step: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let running = true
  const count = (): void => {
    turns++
    if (running) setImmediate(count)
  }
  setImmediate(count)
  for (let round = 0; round < rounds; round++) await step()
  running = false
  return turns
}

describe('promise forms that never have to wait', () => {
  it('let the event loop have its turns between receives', async () => {
    const buffer = ThreadBus.allocate(1 << 16)
    using producer = new ThreadBus(buffer, 'producer')
    using consumer = new ThreadBus(buffer, 'consumer')
    let received = 0
    const turns = await turnsDuring(async () => {
      producer.trySend(Uint8Array.of(1), received)
      const message = await consumer.recv()
      expect(message?.typeId).toBe(received++)
    })
    expect(turns).toBeGreaterThan(1)
  })

  it('let the event loop have its turns between sends', async () => {
    const buffer = ThreadBus.allocate(1 << 16)
    using producer = new ThreadBus(buffer, 'producer')
    using consumer = new ThreadBus(buffer, 'consumer')
    let sent = 0
    const turns = await turnsDuring(async () => {
      await producer.send(Uint8Array.of(1), sent)
      expect(consumer.tryRecv()?.typeId).toBe(sent++)
    })
    expect(turns).toBeGreaterThan(1)
  })
})
