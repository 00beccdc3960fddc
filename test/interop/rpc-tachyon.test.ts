import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Dispatcher, ErrorCode, type HandlerContext, RpcBus, RpcClient, RpcServer } from '../../src/rpc.js'
import { coded } from '../support/bus/thread-pair.js'
import { type Child, spawnProgram } from '../support/child.js'
import { describePeer } from '../support/describe-peer.js'
import type { PeerProgram } from '../support/peer.js'
import { tachyonRpcInPython } from '../support/tachyon.js'
import { temporaryPath } from '../support/temporary-path.js'

const reverse = 7
const raise = 8
const unknown = 99
const capacityBytes = 2 ** 20
/** What is sure to flow towards a consumer that gives room back every 32 records only. */
const maxSize = 30_000

/** Tachyon's callee does not wait for room: one that finds the reply ring full gives up. */
const inFlight = 200

const reversed = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).reverse()
const fail = (): never => {
  throw new Error('as it was told')
}

function start(program: PeerProgram, ...args: readonly (string | number)[]): Child {
  return spawnProgram(program.file, [...program.arguments, ...args.map(String)], { watchdogMs: 100_000 })
}

async function expectGoodEnd(caller: Child, count: number): Promise<void> {
  expect(await caller.json()).toEqual({ count, wrong: 0, unknown: true, raised: true })
  expect((await caller.exited).code).toBe(0)
}

describePeer(tachyonRpcInPython(), 'the RPC of the real Tachyon of PyPI', (program) => {
  it('calls an RpcServer, whose handlers answer at once', async () => {
    const path = temporaryPath()
    await using _server = await RpcServer.listen(path, { [reverse]: reversed, [raise]: fail }, { capacityBytes })
    await expectGoodEnd(start(program, 'caller', path, 2000, maxSize), 2000)
  })

  it('calls an RpcServer, whose handlers answer late, and in any order', async () => {
    const path = temporaryPath()
    let calls = 0
    const late = async (bytes: Uint8Array) => {
      await sleep(calls++ % 3)
      return reversed(bytes)
    }
    const inPlace = (bytes: Uint8Array, context: HandlerContext) => {
      if (calls % 2 === 0) return late(bytes)
      calls++
      const slot = context.replyZeroCopy(bytes.length)
      slot.bytes.set(reversed(bytes))
      slot.commit()
      return undefined
    }
    const handlers = { [reverse]: inPlace, [raise]: async () => fail() }
    await using _server = await RpcServer.listen(path, handlers, { capacityBytes })
    const callers = [1, 2].map(() => start(program, 'caller', path, 400, maxSize))
    for (const caller of callers) await expectGoodEnd(caller, 400)
  })

  it('calls a dispatcher, which blocks its thread', async () => {
    const path = temporaryPath()
    const dispatcher = new Dispatcher({ [reverse]: reversed, [raise]: fail })
    const caller = start(program, 'caller', path, 1000, maxSize)
    using callee = RpcBus.listenSync(path, capacityBytes, capacityBytes, { timeoutMs: 20_000 })
    dispatcher.serveForeverSync(callee)
    expect((await callee.closed).kind).toBe('peer-exited')
    await expectGoodEnd(caller, 1000)
  })

  it('answers an RpcClient, with many calls under way', async () => {
    const path = temporaryPath()
    const callee = start(program, 'callee', path, capacityBytes)
    using client = await RpcClient.connect(path, { waitForListenerMs: 20_000 })
    expect(client.peer.native).toBe(false)
    const requests = Array.from({ length: 2000 }, (_, at) =>
      new Uint8Array(1 + ((at * 37) % 3000)).fill(at).fill(1, 0, 1),
    )
    for (let first = 0; first < requests.length; first += inFlight) {
      const some = requests.slice(first, first + inFlight)
      const replies = await Promise.all(some.map((request) => client.call(reverse, request)))
      expect(replies).toEqual(some.map(reversed))
    }
    const failures = await Promise.all([unknown, raise].map((type) => client.call(type).catch((error) => error)))
    expect(failures).toEqual([coded(ErrorCode.rpcUnknownType), coded(ErrorCode.rpcUnknownType)])
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining(`type ${unknown}`),
      expect.stringContaining(`type ${raise}`),
    ])
    await expect(client.invoke('name')).rejects.toEqual(coded(ErrorCode.rpcProtocol))
    expect(() => client.stream('name')).toThrow(coded(ErrorCode.rpcProtocol))
    await expect(client.call(reverse, new Uint8Array(40_000))).rejects.toEqual(coded(ErrorCode.rpcTooLarge))
    const slow = client.call(reverse, requests[1], { timeoutMs: 0 })
    await slow.catch(() => undefined)
    expect(await client.call(reverse, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(2, 1))
    callee.kill('SIGKILL')
    expect((await client.closed).kind).toBe('peer-exited')
    await expect(client.call(reverse)).rejects.toEqual(coded(ErrorCode.peerExited))
  })

  it('answers an RpcCaller in every form', async () => {
    const path = temporaryPath()
    const callee = start(program, 'callee', path, 65536)
    using caller = await RpcBus.connect(path, { waitForListenerMs: 20_000 })
    for (let round = 0; round < 200; round++) {
      const sent = Uint8Array.of(round, 1, 2)
      const first = caller.callSync(sent, reverse)
      const second = await caller.call(sent, reverse)
      const guard = caller.tryCallZeroCopy(8, reverse)
      guard?.bytes.set(sent)
      guard?.commit(3)
      expect(caller.waitSync(first)).toMatchObject({ data: reversed(sent), typeId: reverse })
      expect((await caller.wait(second)).data).toEqual(reversed(sent))
      using third = caller.waitZeroCopySync(guard?.correlationId as number)
      expect(third.copy()).toEqual(reversed(sent))
      third.commit()
      const spun = caller.tryCall(sent, reverse)
      let reply = 0
      while (reply === 0)
        caller.consumeReplies((view, offset, _size, _typeId, id) => (reply = id === spun ? view.getUint8(offset) : -1))
      expect(reply).toBe(2)
    }
    callee.process.stdin.end()
    await callee.exited
  })
})
