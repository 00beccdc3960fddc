import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Bus, type BusConsumer, ErrorCode, type Message, type RingwayError, TimeoutError } from '../../src/index.js'
import { numbered, SequenceCheck } from '../support/bus/numbered.js'
import { type Child, spawnChild } from '../support/child.js'
import { describePeer } from '../support/describe-peer.js'
import { startPeer } from '../support/peer.js'
import { standIn } from '../support/stand-in.js'
import { expectNothingLeft } from '../support/transport/leaks.js'
import { socketPath } from '../support/transport/socket-folder.js'

interface Outcome {
  readonly outcome: string
  readonly kind: string
  readonly count: number
  readonly firstWrong: number
  readonly atMs: number
}

const receiveForms = ['recv', 'recvSync', 'recvZeroCopy', 'drainBatch', 'tryRecv', 'consume'] as const
const sendForms = ['send', 'sendSync', 'sendZeroCopy', 'trySend'] as const

/** Both ends in processes of their own: the first listens. */
async function startPair(
  listener: { role: 'producer' | 'consumer'; program: string; parameter?: string | number },
  connector: { program: string; parameter?: string | number },
): Promise<{ listener: Child; connector: Child }> {
  const path = socketPath()
  const otherRole = listener.role === 'producer' ? 'consumer' : 'producer'
  const first = spawnChild('bus-end', ['listen', listener.role, path, listener.program, String(listener.parameter)])
  await first.line('{"listening":true}')
  const second = spawnChild('bus-end', ['connect', otherRole, path, connector.program, String(connector.parameter)])
  for (const child of [first, second]) expect(await child.json()).toMatchObject({ open: true, native: true })
  return { listener: first, connector: second }
}

describe('SIGKILL of a producer', () => {
  it.each(receiveForms)('lets %s deliver all that was published, and then say that the peer died', async (form) => {
    const { listener: consumer, connector: producer } = await startPair(
      { role: 'consumer', program: 'receive', parameter: form },
      { program: 'publish-and-hang', parameter: 5000 },
    )
    await producer.line('{"published":5000}')
    producer.kill('SIGKILL')
    const found = await consumer.json<Outcome>()
    expect(found).toMatchObject({ outcome: ErrorCode.peerDead, kind: 'peer-dead', count: 5000, firstWrong: -1 })
    expect((await consumer.exited).code).toBe(0)
  })

  it.each(receiveForms)('in mid-stream leaves no gap for %s', async (form) => {
    const { listener: consumer, connector: producer } = await startPair(
      { role: 'consumer', program: 'receive', parameter: form },
      { program: 'send', parameter: 'sendSync' },
    )
    await sleep(50)
    producer.kill('SIGKILL')
    const found = await consumer.json<Outcome>()
    expect(found).toMatchObject({ outcome: ErrorCode.peerDead, firstWrong: -1 })
    expect(found.count).toBeGreaterThan(0)
  })

  it('leaves what was published to a consumer that has not looked yet', async () => {
    expectNothingLeft()
    const path = socketPath()
    const listening = Bus.listen(path, 1 << 16)
    const producer = spawnChild('bus-end', ['connect', 'producer', path, 'publish-and-hang', '100'])
    const bus = await listening
    await producer.line('{"published":100}')
    producer.kill('SIGKILL')
    expect((await bus.closed).kind).toBe('peer-dead')
    const check = new SequenceCheck()
    bus.consume((view, offset) => check.takeNumber(view.getUint32(offset, true)), 40)
    for (let left = 60; left > 0; left--) check.take((await bus.recv())?.data as Uint8Array)
    expect(check).toMatchObject({ count: 100, firstWrong: -1 })
    await expect(bus.recv()).rejects.toMatchObject({ code: ErrorCode.peerDead })
    bus.close()
  })
})

describe('SIGKILL of a consumer', () => {
  it.each(sendForms)('in mid-stream ends %s', async (form) => {
    const { listener: producer, connector: consumer } = await startPair(
      { role: 'producer', program: 'send', parameter: form },
      { program: 'receive', parameter: 'recvSync' },
    )
    await sleep(50)
    consumer.kill('SIGKILL')
    expect(await producer.json()).toMatchObject({ outcome: ErrorCode.peerDead, kind: 'peer-dead' })
  })

  it.each(sendForms)('ends %s that waits for room', async (form) => {
    const { listener: producer, connector: consumer } = await startPair(
      { role: 'producer', program: 'send', parameter: form },
      { program: 'hang' },
    )
    await sleep(100)
    consumer.kill('SIGKILL')
    expect(await producer.json()).toMatchObject({ outcome: ErrorCode.peerDead, kind: 'peer-dead' })
  })
})

describe('the death of a peer', () => {
  it.for(receiveForms)('is noticed by %s that waits for messages', async (form, { annotate }) => {
    const delaysMs: number[] = []
    for (let round = 0; round < 3; round++) {
      const { listener: consumer, connector: producer } = await startPair(
        { role: 'consumer', program: 'receive', parameter: form },
        { program: 'hang' },
      )
      await sleep(60)
      const killedMs = Date.now()
      producer.kill('SIGKILL')
      const found = await consumer.json<Outcome>()
      expect(found).toMatchObject({ outcome: ErrorCode.peerDead, count: 0 })
      delaysMs.push(found.atMs - killedMs)
    }
    await annotate(`noticed after ${delaysMs.join(', ')} ms`)
  })
})

describe('a goodbye', () => {
  it.each(receiveForms)('lets %s deliver everything first', async (form) => {
    const { listener: consumer } = await startPair(
      { role: 'consumer', program: 'receive', parameter: form },
      { program: 'publish-and-close', parameter: 3000 },
    )
    const outcome = form === 'tryRecv' || form === 'consume' ? ErrorCode.peerClosed : 'undefined'
    expect(await consumer.json()).toMatchObject({ outcome, kind: 'peer-closed', count: 3000, firstWrong: -1 })
  })

  it.each(sendForms)('ends %s in good order', async (form) => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('bus-end', ['listen', 'producer', path, 'send', form])
    await child.line('{"listening":true}')
    const bus = await Bus.connect(path, { role: 'consumer' })
    for (let count = 0; count < 1000; count++) await bus.recv()
    bus.close()
    expect(await child.json()).toMatchObject({ open: true })
    expect(await child.json()).toMatchObject({ outcome: ErrorCode.peerClosed, kind: 'peer-closed' })
  })

  it('is said by a close during a blocked receive, which rejects', async () => {
    expectNothingLeft()
    const path = socketPath()
    const listening = Bus.listen(path, 4096)
    const child = spawnChild('bus-end', ['connect', 'producer', path, 'wait-for-end'])
    const bus = await listening
    const received = bus.recv()
    received.catch(() => undefined)
    await sleep(50)
    bus.close()
    await expect(received).rejects.toMatchObject({ code: ErrorCode.closed })
    expect((await bus.closed).kind).toBe('closed')
    expect(await child.json()).toMatchObject({ open: true })
    expect(await child.json()).toEqual({ kind: 'peer-closed' })
  })
})

describe('SIGSTOP and SIGCONT', () => {
  it('of a producer hold the stream up and break nothing', async () => {
    expectNothingLeft()
    const path = socketPath()
    const listening = Bus.listen(path, 1 << 14)
    const producer = spawnChild('bus-end', ['connect', 'producer', path, 'send', 'send'])
    const bus = await listening
    const check = new SequenceCheck()
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < 500; count++) check.take((await bus.recv())?.data as Uint8Array)
      producer.kill('SIGSTOP')
      await drainUntilQuiet(bus, check)
      expect(bus.state).toBe('open')
      const next = bus.recv()
      producer.kill('SIGCONT')
      check.take((await next)?.data as Uint8Array)
    }
    expect(check.firstWrong).toBe(-1)
    bus.close()
    await producer.exited
  })

  it('of a consumer hold the stream up and break nothing', async () => {
    expectNothingLeft()
    const path = socketPath()
    const consumer = spawnChild('bus-end', ['listen', 'consumer', path, 'receive', 'recv'])
    await consumer.line('{"listening":true}')
    const bus = await Bus.connect(path)
    consumer.kill('SIGSTOP')
    let index = 0
    while (bus.trySend(numbered(index))) index++
    const waiting = bus.send(numbered(index))
    await expect(bus.send(numbered(0), 0, { timeoutMs: 50 })).rejects.toMatchObject({ code: ErrorCode.timeout })
    consumer.kill('SIGCONT')
    await waiting
    bus.close()
    await consumer.json()
    expect(await consumer.json()).toMatchObject({ kind: 'peer-closed', count: index + 1, firstWrong: -1 })
  })
})

/** Takes what is left in the ring. */
async function drainUntilQuiet(bus: BusConsumer, check: SequenceCheck): Promise<void> {
  for (;;) {
    const message = await bus.recv({ timeoutMs: 100 }).catch((error: RingwayError) => error)
    if (message instanceof TimeoutError) return
    check.take((message as Message).data)
  }
}

describe('two producers', () => {
  it('are refused at both ends, and the listener goes on to a consumer', async () => {
    expectNothingLeft()
    const path = socketPath()
    const child = spawnChild('bus-end', ['listen', 'producer', path, 'publish-and-close', '10'])
    await child.line('{"listening":true}')
    await expect(Bus.connect(path)).rejects.toMatchObject({ code: ErrorCode.wrongRole })
    const bus = await Bus.connect(path, { role: 'consumer' })
    const check = new SequenceCheck()
    for await (const { data } of bus) check.take(data)
    expect(check).toMatchObject({ count: 10, firstWrong: -1 })
    bus.close()
  })

  it('cannot share one listener: for the second nobody listens any more', async () => {
    const path = socketPath()
    const child = spawnChild('bus-end', ['listen', 'consumer', path, 'receive', 'recv'])
    await child.line('{"listening":true}')
    const first = await Bus.connect(path)
    await child.json()
    await expect(Bus.connect(path)).rejects.toMatchObject({ code: ErrorCode.noListener })
    first.close()
  })
})

describe('a worker that waits on a mapped bus', () => {
  it.each(['recv', 'recvSync'])('can be terminated in %s', async (form) => {
    const path = socketPath()
    const child = spawnChild('bus-end', ['listen', 'consumer', path, 'terminate-worker', form])
    const bus = await Bus.connect(path, { waitForListenerMs: 20_000 })
    expect(await child.line(/exitCode/)).toBe('{"exitCode":1}')
    expect(await child.exited).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect((await bus.closed).kind).toBe('peer-dead')
    bus.close()
  })
})

describePeer(standIn(), 'the exit of a foreign producer', (program) => {
  it.for(receiveForms)('ends %s in good order, after all that it had published', async (form, { annotate }) => {
    const path = socketPath()
    const foreign = startPeer(program, 'listen', 'produce', path, { count: 0, hold: true })
    const consumer = spawnChild('bus-end', ['connect', 'consumer', path, 'receive', form])
    expect(await consumer.json()).toMatchObject({ open: true, native: false })
    await sleep(60)
    const killedMs = Date.now()
    foreign.kill('SIGKILL')
    const found = await consumer.json<Outcome>()
    const outcome = form === 'tryRecv' || form === 'consume' ? ErrorCode.peerExited : 'undefined'
    expect(found).toMatchObject({ outcome, kind: 'peer-exited', count: 0 })
    await annotate(`noticed after ${found.atMs - killedMs} ms`)
  })
})

describePeer(standIn(), 'the exit of a foreign consumer', (program) => {
  it.each(sendForms)('ends %s', async (form) => {
    const path = socketPath()
    const producer = spawnChild('bus-end', ['listen', 'producer', path, 'send', form])
    await producer.line('{"listening":true}')
    const foreign = startPeer(program, 'connect', 'consume', path, { count: 1000, hold: true })
    expect(await producer.json()).toMatchObject({ open: true, native: false })
    await sleep(60)
    foreign.kill('SIGKILL')
    expect(await producer.json()).toMatchObject({ outcome: ErrorCode.peerExited, kind: 'peer-exited' })
  })
})
