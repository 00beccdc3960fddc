import { setFlagsFromString } from 'node:v8'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ThreadBus } from '../../../src/bus/thread-bus.js'
import { AbiMismatchError, ErrorCode } from '../../../src/errors.js'
import { MAGIC_OFFSET, STATE_FATAL, STATE_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { ThreadLink } from '../../../src/transport/thread-link.js'
import { bytes, coded, threadPair } from '../../support/bus/thread-pair.js'

describe('ThreadBus.allocate', () => {
  for (const capacity of [0, 1, 63, 128, 255, 1000, 2 ** 31 + 1, 2 ** 32, -256, Number.NaN, '256'] as number[]) {
    it(`refuses a capacity of ${JSON.stringify(capacity)}`, () => {
      expect(() => ThreadBus.allocate(capacity)).toThrow(coded(ErrorCode.invalidCapacity))
      expect(() => ThreadBus.allocate(capacity)).toThrow(String(capacity))
    })
  }

  it('takes the smallest capacity', () => {
    expect(ThreadBus.allocate(256).byteLength).toBe(768 + 256)
  })
})

describe('new ThreadBus', () => {
  const wrong = {
    nothing: undefined,
    'an ArrayBuffer': new ArrayBuffer(1024),
    'a view': new Uint8Array(new SharedArrayBuffer(1024)),
    'a buffer of another length': new SharedArrayBuffer(1000),
    'an empty buffer': new SharedArrayBuffer(0),
  }
  for (const [what, buffer] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      expect(() => new ThreadBus(buffer as SharedArrayBuffer, 'consumer')).toThrow(coded(ErrorCode.invalidArgument))
    })
  }

  it('refuses a buffer that nobody has made a ring of', () => {
    expect(() => new ThreadBus(new SharedArrayBuffer(1024), 'consumer')).toThrow(AbiMismatchError)
  })

  it('refuses a ring of another kind', () => {
    const buffer = ThreadBus.allocate(256)
    new Int32Array(buffer)[MAGIC_OFFSET / 4] = 7
    expect(() => new ThreadBus(buffer, 'consumer')).toThrow(AbiMismatchError)
  })

  it('refuses a ring in state 4', () => {
    const buffer = ThreadBus.allocate(256)
    new Int32Array(buffer)[STATE_OFFSET / 4] = STATE_FATAL
    expect(() => new ThreadBus(buffer, 'consumer')).toThrow(coded(ErrorCode.corrupt))
  })

  it('refuses positions that make no sense', () => {
    const buffer = ThreadBus.allocate(256)
    new Int32Array(buffer)[TAIL_OFFSET / 4] = 64
    expect(() => new ThreadBus(buffer, 'producer')).toThrow(coded(ErrorCode.corrupt))
  })

  for (const role of ['reader', '', undefined, 1] as unknown as ('producer' | 'consumer')[]) {
    it(`refuses the role ${JSON.stringify(role)}`, () => {
      expect(() => new ThreadBus(ThreadBus.allocate(256), role)).toThrow(coded(ErrorCode.invalidArgument))
    })
  }

  for (const role of ['producer', 'consumer'] as const) {
    it(`refuses a second ${role}, and leaves the first one alone`, () => {
      const { buffer, tx, rx } = threadPair()
      expect(() => new ThreadBus(buffer, role)).toThrow(coded(ErrorCode.wrongRole))
      tx.trySend(bytes(1))
      expect(rx.tryRecv()?.data[0]).toBe(1)
    })

    it(`refuses a second ${role} after the first has closed`, () => {
      const { buffer, tx, rx } = threadPair()
      tx.close()
      rx.close()
      expect(() => new ThreadBus(buffer, role)).toThrow(coded(ErrorCode.wrongRole))
    })
  }

  it('takes no seat when it refuses', () => {
    const buffer = ThreadBus.allocate(256)
    expect(() => new ThreadBus(buffer, 'consumer', { hotUs: -1 })).toThrow(coded(ErrorCode.invalidArgument))
    new ThreadBus(buffer, 'consumer').close()
  })
})

describe('a ThreadBus whose peer comes late', () => {
  it('finds what was sent before', () => {
    const buffer = ThreadBus.allocate(1024)
    const tx = new ThreadBus(buffer, 'producer')
    tx.trySend(bytes(1))
    const rx = new ThreadBus(buffer, 'consumer')
    expect(rx.tryRecv()?.data[0]).toBe(1)
    tx.close()
    rx.close()
  })

  it('finds what was sent by a producer that has left', async () => {
    const buffer = ThreadBus.allocate(1024)
    const tx = new ThreadBus(buffer, 'producer')
    tx.trySend(bytes(1))
    tx.close()
    const rx = new ThreadBus(buffer, 'consumer')
    expect((await rx.recv())?.data[0]).toBe(1)
    expect(await rx.recv()).toBeUndefined()
    rx.close()
  })
})

describe('a ThreadBus whose peer closes', () => {
  it('does not fall asleep any more, though it looked before', () => {
    const buffer = ThreadBus.allocate(256)
    const rx = new ThreadLink(buffer, 'consumer')
    rx.look()
    new ThreadLink(buffer, 'producer').release()
    expect(rx.lanes[0].sleeper.arm(0, () => undefined)).toBe(false)
    rx.release()
  })

  it('says so through closed, though nobody waits', async () => {
    const { tx, rx } = threadPair()
    tx.close()
    expect(await rx.closed).toEqual({ kind: 'peer-closed' })
  })

  it('wakes a sleeping receive', async () => {
    const { tx, rx } = threadPair(1024, { hotUs: 0 })
    const received = rx.recv()
    tx.close()
    expect(await received).toBeUndefined()
  })

  it('wakes a sleeping send', async () => {
    const { tx, rx } = threadPair(256, { hotUs: 0 })
    while (tx.trySend(bytes()));
    const sent = tx.send(bytes())
    rx.close()
    await expect(sent).rejects.toEqual(coded(ErrorCode.peerClosed))
  })

  it('does not say so to the one that closed first', async () => {
    const { tx, rx } = threadPair()
    rx.close()
    tx.close()
    expect((await rx.closed).kind).toBe('closed')
  })
})

describe('a ThreadBus where threads cannot share memory', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is refused, with the headers that a page needs', () => {
    const buffer = ThreadBus.allocate(256)
    vi.stubGlobal('SharedArrayBuffer', undefined)
    for (const attempt of [() => ThreadBus.allocate(256), () => new ThreadBus(buffer, 'consumer')]) {
      expect(attempt).toThrow(coded(ErrorCode.unsupported))
      expect(attempt).toThrow('Cross-Origin-Embedder-Policy')
    }
  })

  it('is refused where nobody can sleep on it without blocking', () => {
    const { waitAsync } = Atomics
    onTestFinished(() => void Reflect.set(Atomics, 'waitAsync', waitAsync))
    Reflect.deleteProperty(Atomics, 'waitAsync')
    expect(() => ThreadBus.allocate(256)).toThrow(coded(ErrorCode.unsupported))
    expect(() => ThreadBus.allocate(256)).toThrow('Atomics.waitAsync')
  })
})

describe('a thread that must not block', () => {
  /** What browsers tell the engine of the main thread of a page. */
  function forbidBlocking(): void {
    setFlagsFromString('--allow-natives-syntax')
    const allow = (allowed: boolean): void => new Function(`%SetAllowAtomicsWait(${allowed})`)()
    allow(false)
    onTestFinished(() => allow(true))
    expect(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)).toThrow(TypeError)
  }

  it('is refused each Sync form at once, is told what to await instead, and can go on', async () => {
    forbidBlocking()
    const { tx, rx } = threadPair()
    tx.trySend(bytes(1))
    const refused = {
      recv: () => rx.recvSync(),
      recvZeroCopy: () => rx.recvZeroCopySync(),
      drainBatch: () => rx.drainBatchSync(1),
      send: () => tx.sendSync(bytes()),
      sendZeroCopy: () => tx.sendZeroCopySync(1),
    }
    for (const [form, attempt] of Object.entries(refused)) {
      expect(attempt).toThrow(coded(ErrorCode.unsupported))
      expect(attempt).toThrow(`await ${form}()`)
    }
    expect(() => rx.messagesSync().next()).toThrow(coded(ErrorCode.unsupported))
    await tx.send(bytes(2))
    expect((await rx.recv())?.data[0]).toBe(1)
    expect(rx.tryRecv()?.data[0]).toBe(2)
  })

  it('sleeps all the same when it awaits', async () => {
    forbidBlocking()
    const { tx, rx } = threadPair(1024, { hotUs: 0 })
    const received = rx.recv()
    tx.trySend(bytes(3))
    expect((await received)?.data[0]).toBe(3)
  })
})
