import { Bus } from '../../src/bus/bus.js'
import { RpcBus } from '../../src/rpc/rpc-bus.js'
import { RpcClient } from '../../src/rpc/rpc-client.js'
import { RpcServer } from '../../src/rpc/rpc-server.js'
import { CallContent } from './call-content.js'
import { NumberedContent } from './content.js'
import { DeliveryCheck } from './delivery-check.js'
import { type EndTask, placeOf } from './end-task.js'
import { Ledger, ledgerBytes } from './ledger.js'
import type { Kind } from './plan.js'

const messages = 20
const capacityBytes = 4096
const replyCapacityBytes = 8192
const mostPayloadBytes = 500
const waitForListenerMs = 10_000
const content = new NumberedContent(1, mostPayloadBytes)
const calls = new CallContent(2, mostPayloadBytes, -1)

async function produce(bus: Bus): Promise<void> {
  for (let index = 0; index < messages; index++) await bus.send(content.payload(index), content.typeOf(index))
}

async function consume(bus: Bus): Promise<void> {
  const ledger = new Ledger(new ArrayBuffer(ledgerBytes))
  const check = new DeliveryCheck(content, ledger)
  for await (const { data, typeId } of bus) check.take(data, 0, data.length, typeId)
  const { delivered, duplicated, reordered, torn, missing } = ledger.copy()
  const wrong = duplicated + reordered + torn + missing
  if (delivered !== messages || wrong !== 0)
    throw new Error(`of ${messages} messages ${delivered} came, ${wrong} wrong`)
}

function checkReply(index: number, bytes: Uint8Array): void {
  if (!calls.isReplyTo(index, bytes)) throw new Error(`call ${index} was answered by something else`)
}

/** Both ends of each kind: a short exchange that has to go well. */
const sequels: Readonly<Record<Kind, (task: EndTask) => Promise<void>>> = {
  async bus(task) {
    const { part: role, path } = task
    const listens = placeOf(task) === 'listen'
    await using bus = listens
      ? await Bus.listen(path, capacityBytes, { role })
      : await Bus.connect(path, { role, waitForListenerMs })
    await (role === 'producer' ? produce(bus) : consume(bus))
  },
  async 'rpc-bus'({ part, path }) {
    if (part === 'producer') {
      await using bus = await RpcBus.connect(path, { waitForListenerMs })
      for (let index = 0; index < messages; index++) {
        checkReply(index, (await bus.wait(await bus.call(calls.requests.payload(index), 1))).data)
      }
      return
    }
    await using bus = await RpcBus.listen(path, capacityBytes, replyCapacityBytes)
    let index = 0
    for (let served = await bus.serve(); served !== undefined; served = await bus.serve()) {
      await bus.reply(served.correlationId, calls.replies.payload(index++), 1)
    }
  },
  async rpc({ part, path }) {
    if (part === 'producer') {
      await using client = await RpcClient.connect(path, { waitForListenerMs })
      for (let index = 0; index < messages; index++) {
        checkReply(index, await client.call(1, calls.requests.payload(index)))
      }
      return
    }
    let index = 0
    let resolveDone!: () => void
    const done = new Promise<void>((resolve) => {
      resolveDone = resolve
    })
    const answer = (): Uint8Array => {
      if (index === messages - 1) setTimeout(resolveDone)
      return calls.replies.payload(index++)
    }
    await using server = await RpcServer.listen(path, { 1: answer }, { capacityBytes, replyCapacityBytes })
    await done
    // The client closes first: a server that did would end the last call with it.
    while (server.clientCount > 0) await new Promise((resolve) => setTimeout(resolve, 1))
  },
}

/**
 * What comes after: two processes that live talk over the same path, each in the place of one that was killed. Nothing that
 * the dead have left may be in their way.
 * @throws what is wrong
 */
export async function runSequel(task: EndTask): Promise<void> {
  await sequels[task.plan.kind](task)
}
