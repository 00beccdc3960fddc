import { describe, expect, it } from 'vitest'
import { type ListenSettings, listen } from '../../../src/cli/listen.js'
import { rawFormat } from '../../../src/cli/message-format.js'
import type { Output } from '../../../src/cli/output.js'
import { Bus, type BusProducer } from '../../../src/index.js'
import { temporaryPath } from '../../support/temporary-path.js'

const settings: ListenSettings = {
  capacityBytes: 2 ** 20,
  format: rawFormat,
  count: undefined,
  timeoutMs: undefined,
  onPeerError: (error) => {
    throw error
  },
}

/** Listens, and gives the listener everything that `fill` sends before it can look at the first message. */
async function listenTo(fill: (bus: BusProducer) => void, output: Output, signal: AbortSignal) {
  const path = temporaryPath()
  const listening = listen(path, settings, output, signal)
  const bus = await Bus.connect(path, { waitForListenerMs: 10_000 })
  fill(bus)
  return { bus, listening }
}

const loopTurns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('listen', () => {
  it('keeps a large message in the ring until it is written, and takes no other meanwhile', async () => {
    const writes: { bytes: Uint8Array; done: () => void }[] = []
    const output = {
      write: (bytes: Uint8Array) => new Promise<void>((done) => void writes.push({ bytes, done })),
    }
    const message = (index: number) => new Uint8Array(20_000).fill(index)
    const fill = (bus: BusProducer) => {
      for (let index = 1; index <= 3; index++) expect(bus.trySend(message(index))).toBe(true)
    }
    const { bus, listening } = await listenTo(fill, output, new AbortController().signal)
    bus.close()
    for (let index = 1; index <= 3; index++) {
      await loopTurns(20)
      expect(writes).toHaveLength(index)
      const [write] = writes.slice(-1)
      expect(write?.bytes).toEqual(message(index))
      write?.done()
    }
    await listening
  })

  it('can be stopped in the middle of messages that are all there already', async () => {
    const stop = new AbortController()
    let printedBytes = 0
    const output = {
      write: async ({ byteLength }: Uint8Array) => {
        if (printedBytes === 0) setImmediate(() => stop.abort(new Error('stop')))
        printedBytes += byteLength
      },
    }
    let sentBytes = 0
    const message = new Uint8Array(64)
    const fill = (bus: BusProducer) => {
      while (bus.trySend(message)) sentBytes += message.byteLength
    }
    const { bus, listening } = await listenTo(fill, output, stop.signal)
    await expect(listening).rejects.toThrow('stop')
    expect(printedBytes).toBeGreaterThan(0)
    expect(printedBytes).toBeLessThan(sentBytes)
    expect(await bus.closed).toEqual({ kind: 'peer-closed' })
    bus.close()
  })

  it('prints what it has received when the ring turns out to be corrupt', async () => {
    const printed: string[] = []
    const output = { write: async (bytes: Uint8Array) => void printed.push(Buffer.from(bytes).toString()) }
    const { bus, listening } = await listenTo(
      (producer) => {
        producer.trySend(Buffer.from('first'))
        const guard = producer.trySendZeroCopy(8)
        // The header before the payload, where the length of the slot is: 0 is none.
        const { buffer, byteOffset } = guard?.bytes ?? new Uint8Array()
        guard?.commit()
        new Uint32Array(buffer, byteOffset - 64, 16).fill(0)
      },
      output,
      new AbortController().signal,
    )
    await expect(listening).rejects.toMatchObject({ code: 'ERR_RINGWAY_CORRUPT' })
    expect(printed).toEqual(['first'])
    bus.close()
  })
})
