import { describe, expect, it } from 'vitest'
import { ErrorCode, PeerDeadError, type RingwayError } from '../../../src/errors.js'
import { HEAD_OFFSET, STATE_FATAL, STATE_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { LinkEnd } from '../../../src/transport/link.js'
import { type ScriptedBus, type ScriptedLink, scriptedBus } from '../../support/bus/scripted-bus.js'
import { bytes, coded, threadPair } from '../../support/bus/thread-pair.js'

type End = LinkEnd | 'closed' | 'corrupt'

interface Row {
  readonly code: RingwayError['code']
  readonly kind: End
  /** A receive that finds nothing more says so with `undefined`. */
  readonly inOrder: boolean
  readonly make: (bus: ScriptedBus, link: ScriptedLink) => void
}

const rows: readonly Row[] = [
  { kind: 'closed', code: ErrorCode.closed, inOrder: false, make: (bus) => bus.close() },
  { kind: 'peer-closed', code: ErrorCode.peerClosed, inOrder: true, make: (_, link) => link.finish('peer-closed') },
  { kind: 'peer-exited', code: ErrorCode.peerExited, inOrder: true, make: (_, link) => link.finish('peer-exited') },
  { kind: 'peer-dead', code: ErrorCode.peerDead, inOrder: false, make: (_, link) => link.finish('peer-dead') },
  {
    kind: 'corrupt',
    code: ErrorCode.corrupt,
    inOrder: false,
    make: (bus, link) => {
      link.memory.words[STATE_OFFSET / 4] = STATE_FATAL
      for (let failure = 0; failure < 2000; failure++) {
        try {
          if (bus.role === 'consumer') bus.tryRecv()
          else bus.trySend(new Uint8Array(448))
        } catch {
          return
        }
      }
    },
  },
]

const receives: Readonly<Record<string, (bus: ScriptedBus) => Promise<unknown>>> = {
  recv: (bus) => bus.recv(),
  recvZeroCopy: (bus) => bus.recvZeroCopy(),
  drainBatch: (bus) => bus.drainBatch(1),
  recvSync: async (bus) => bus.recvSync(),
  recvZeroCopySync: async (bus) => bus.recvZeroCopySync(),
  drainBatchSync: async (bus) => bus.drainBatchSync(1),
}

const tries: Readonly<Record<string, (bus: ScriptedBus) => unknown>> = {
  tryRecv: (bus) => bus.tryRecv(),
  tryRecvZeroCopy: (bus) => bus.tryRecvZeroCopy(),
  tryDrainBatch: (bus) => bus.tryDrainBatch(1),
  consume: (bus) => bus.consume(() => undefined),
}

const sends: Readonly<Record<string, (bus: ScriptedBus) => Promise<unknown>>> = {
  trySend: async (bus) => bus.trySend(bytes(1)),
  send: (bus) => bus.send(bytes(1)),
  sendSync: async (bus) => bus.sendSync(bytes(1)),
  trySendZeroCopy: async (bus) => bus.trySendZeroCopy(1),
  sendZeroCopy: (bus) => bus.sendZeroCopy(1),
  sendZeroCopySync: async (bus) => bus.sendZeroCopySync(1),
  flush: async (bus) => bus.flush(),
}

for (const { kind, code, inOrder, make } of rows) {
  describe(`after ${kind}`, () => {
    for (const [form, receive] of Object.entries(receives)) {
      it(`${form} ${inOrder ? 'is undefined' : 'throws'}`, async () => {
        const { bus, link } = scriptedBus('consumer')
        make(bus, link)
        if (inOrder) expect(await receive(bus)).toBeUndefined()
        else await expect(receive(bus)).rejects.toEqual(coded(code))
      })
    }

    for (const form of ['recv', 'recvZeroCopy', 'drainBatch']) {
      it(`a waiting ${form} ${inOrder ? 'resolves with undefined' : 'rejects'}`, async () => {
        const { bus, link } = scriptedBus('consumer', { hotUs: 0 })
        const waiting = receives[form]?.(bus)
        if (kind === 'corrupt') {
          link.memory.words[HEAD_OFFSET / 4] = 1
          link.sleeper.wake()
        } else {
          make(bus, link)
        }
        if (inOrder) expect(await waiting).toBeUndefined()
        else await expect(waiting).rejects.toEqual(coded(code))
      })
    }

    for (const [form, attempt] of Object.entries(tries)) {
      it(`${form} throws`, () => {
        const { bus, link } = scriptedBus('consumer')
        make(bus, link)
        expect(() => attempt(bus)).toThrow(coded(code))
      })
    }

    for (const [form, send] of Object.entries(sends)) {
      it(`${form} throws, and always the same error`, async () => {
        const { bus, link } = scriptedBus('producer')
        if (kind === 'corrupt') while (bus.trySend(new Uint8Array(192)));
        make(bus, link)
        const errors = await Promise.all([0, 1].map(() => send(bus).catch((error: unknown) => error)))
        expect(errors[0]).toEqual(coded(code))
        expect(errors[1]).toBe(errors[0])
      })
    }

    it('a waiting send rejects', async () => {
      const { bus, link } = scriptedBus('producer', { hotUs: 0 })
      while (bus.trySend(new Uint8Array(192)));
      const sent = bus.send(new Uint8Array(192))
      sent.catch(() => undefined)
      if (kind === 'corrupt') {
        link.memory.words[STATE_OFFSET / 4] = STATE_FATAL
        link.sleeper.wake()
      } else {
        make(bus, link)
      }
      await expect(sent).rejects.toEqual(coded(code))
    })

    it('closed resolves with it, and state says it', async () => {
      const { bus, link } = scriptedBus('consumer')
      expect(bus.state).toBe('open')
      make(bus, link)
      const end = await bus.closed
      expect(end.kind).toBe(kind)
      expect('error' in end).toBe(kind === 'peer-dead' || kind === 'corrupt')
      if ('error' in end) expect(end.error).toEqual(coded(code))
      expect(bus.state).toBe(kind)
    })

    it(`iteration ${inOrder ? 'ends' : kind === 'closed' ? 'ends without a message' : 'throws'}`, async () => {
      const { bus, link } = scriptedBus('consumer')
      make(bus, link)
      const iterate = async () => {
        for await (const _ of bus) expect.unreachable()
      }
      if (inOrder || kind === 'closed') await iterate()
      else await expect(iterate()).rejects.toEqual(coded(code))
    })

    it('close still releases, and receives say closed from then on', async () => {
      const { bus, link } = scriptedBus('consumer')
      make(bus, link)
      bus.close()
      expect(link.released).toBe(kind === 'corrupt' ? 'corrupt' : 'closed')
      expect(bus.state).toBe('closed')
      expect((await bus.closed).kind).toBe(kind)
      await expect(bus.recv()).rejects.toEqual(coded(ErrorCode.closed))
      expect(() => bus.tryRecv()).toThrow(coded(ErrorCode.closed))
    })
  })
}

describe('what had been published', () => {
  for (const end of ['peer-closed', 'peer-exited', 'peer-dead'] as const) {
    for (const form of Object.keys(receives)) {
      it(`is delivered by ${form} after ${end}`, async () => {
        const { bus, link } = scriptedBus('consumer')
        const producer = link.producer()
        for (let count = 0; count < 3; count++) producer.tryWrite(bytes(count), 0)
        producer.publish()
        link.finish(end)
        for (let count = 0; count < 3; count++) {
          const received = (await receives[form]?.(bus)) as { commit?: () => void } | undefined
          expect(received).toBeDefined()
          received?.commit?.()
        }
        const outcome = receives[form]?.(bus)
        if (end === 'peer-dead') await expect(outcome).rejects.toEqual(coded(ErrorCode.peerDead))
        else expect(await outcome).toBeUndefined()
      })
    }
  }

  it('is delivered by the very try that learns of the death', () => {
    const { bus, link } = scriptedBus('consumer')
    link.onLook = () => {
      const producer = link.producer()
      producer.tryWrite(bytes(7), 0)
      producer.publish()
      link.finish('peer-dead')
    }
    let message = bus.tryRecv()
    for (let failure = 0; failure < 2000 && message === undefined; failure++) message = bus.tryRecv()
    expect(message?.data[0]).toBe(7)
    expect(() => bus.tryRecv()).toThrow(PeerDeadError)
  })

  it('is delivered when a link had ended before the bus was made', async () => {
    const { bus } = scriptedBus('consumer', {
      prepare: (link) => {
        const producer = link.producer()
        producer.tryWrite(bytes(7), 0)
        producer.publish()
        link.end = 'peer-closed'
      },
    })
    expect((await bus.recv())?.data[0]).toBe(7)
    expect(await bus.recv()).toBeUndefined()
  })
})

describe('a tight loop of tries', () => {
  it('looks for the peer after 1 024 failures, and not at every one', () => {
    const { bus, link } = scriptedBus('consumer')
    for (let failure = 0; failure < 1023; failure++) bus.tryRecv()
    expect(link.looks).toBe(0)
    bus.tryRecv()
    expect(link.looks).toBe(1)
    for (let failure = 0; failure < 1024; failure++) bus.tryRecv()
    expect(link.looks).toBeLessThanOrEqual(2)
  })

  it('counts failures in a row only', () => {
    const { bus, link } = scriptedBus('consumer')
    const producer = link.producer()
    for (let failure = 0; failure < 1000; failure++) bus.tryRecv()
    producer.tryWrite(bytes(1), 0)
    producer.publish()
    bus.tryRecv()
    for (let failure = 0; failure < 1000; failure++) bus.tryRecv()
    expect(link.looks).toBe(0)
  })

  for (const form of ['tryRecv', 'consume', 'trySend', 'trySendZeroCopy'] as const) {
    it(`of ${form} throws when the peer is gone`, () => {
      const { bus, link } = scriptedBus(form.includes('Send') ? 'producer' : 'consumer')
      const attempts = {
        tryRecv: () => bus.tryRecv(),
        consume: () => bus.consume(() => undefined),
        trySend: () => bus.trySend(new Uint8Array(192)),
        trySendZeroCopy: () => bus.trySendZeroCopy(448)?.commit(),
      }
      link.onLook = () => link.finish('peer-dead')
      expect(() => {
        for (let count = 0; count < 5000; count++) attempts[form]()
      }).toThrow(PeerDeadError)
    })
  }
})

describe('a blocking receive', () => {
  it('looks for the peer between its sleeps', () => {
    const { bus, link, sleeper } = scriptedBus('consumer')
    link.onLook = () => {
      if (link.looks === 3) link.finish('peer-closed')
    }
    expect(bus.recvSync()).toBeUndefined()
    expect(sleeper.sleepsSync).toBe(2)
  })

  it('looks for the peer with pureSpin, and never sleeps', () => {
    const { bus, link, sleeper } = scriptedBus('consumer', { pureSpin: true })
    link.onLook = () => link.finish('peer-dead')
    expect(() => bus.recvSync()).toThrow(PeerDeadError)
    expect(sleeper.sleepsSync).toBe(0)
  })
})

describe('the first end', () => {
  it('is the one that stays', async () => {
    const { bus, link } = scriptedBus('producer')
    link.finish('peer-dead')
    bus.close()
    await expect(bus.send(bytes(1))).rejects.toEqual(coded(ErrorCode.peerDead))
    expect((await bus.closed).kind).toBe('peer-dead')
  })

  it('names the peer', () => {
    const { bus, link } = scriptedBus('producer')
    link.finish('peer-dead')
    expect(() => bus.trySend(bytes(1))).toThrow(/pid 4242/)
  })
})

describe('close', () => {
  it('is what both disposals do', async () => {
    const { tx, rx } = threadPair()
    tx[Symbol.dispose]()
    await rx[Symbol.asyncDispose]()
    expect([tx.state, rx.state]).toEqual(['closed', 'closed'])
  })
})
