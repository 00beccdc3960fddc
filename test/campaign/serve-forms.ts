import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CorrelationId } from '../../src/ring/correlation.js'
import type { HandlerContext } from '../../src/rpc/handler.js'
import type { RpcCallee } from '../../src/rpc/rpc-callee.js'
import { type CallContent, hangingType, numberAt } from './call-content.js'
import type { DeliveryCheck } from './delivery-check.js'
import type { Ledger } from './ledger.js'

/** What an executing end knows. */
export interface Execution {
  readonly check: DeliveryCheck
  readonly content: CallContent
  readonly ledger: Ledger
  /** Calls after which it takes no more; infinite: it goes on. */
  readonly end: number
}

/** Executes a call: checks it, and counts it against its number. @returns the number */
export function execute({ check, ledger }: Execution, bytes: Uint8Array, typeId: number): number {
  const index = numberAt(bytes, 0, bytes.length)
  check.take(bytes, 0, bytes.length, typeId)
  if (index < ledger.executions.length) Atomics.add(ledger.executions, index, 1)
  return index
}

/** Sends the reply to call `index`, and writes down that it did. */
type Reply = (bus: RpcCallee, id: CorrelationId, bytes: Uint8Array) => Promise<void> | void

class Replies {
  #count = 0
  readonly #execution: Execution
  readonly #reply: Reply

  constructor(execution: Execution, reply: Reply) {
    this.#execution = execution
    this.#reply = reply
  }

  async send(bus: RpcCallee, id: CorrelationId, index: number): Promise<void> {
    const { ledger, content } = this.#execution
    const place = this.#count++
    ledger.begin(place)
    const sent = this.#reply(bus, id, content.replies.payload(index))
    if (sent !== undefined) await sent
    ledger.complete(place)
  }
}

interface Served {
  readonly data: Uint8Array
  readonly typeId: number
  readonly correlationId: CorrelationId
}

type Serve = (bus: RpcCallee, execution: Execution) => Promise<boolean>

/** One call after the other. @returns whether the stream of calls ended in good order */
function oneByOne(next: (bus: RpcCallee) => Promise<Served | undefined> | Served | undefined, reply: Reply): Serve {
  return async (bus, execution) => {
    const replies = new Replies(execution, reply)
    while (execution.check.delivered < execution.end) {
      const taken = next(bus)
      const served = taken instanceof Promise ? await taken : taken
      if (served === undefined) return true
      const index = execute(execution, served.data, served.typeId)
      if (served.typeId !== hangingType) await replies.send(bus, served.correlationId, index)
    }
    return false
  }
}

function serveSpinning(bus: RpcCallee): Served {
  for (;;) {
    const served = bus.tryServe()
    if (served !== undefined) return served
  }
}

function replySpinning(bus: RpcCallee, id: CorrelationId, bytes: Uint8Array): void {
  while (!bus.tryReply(id, bytes, 1));
}

/** Takes calls in place, as many as there are, and answers them afterwards. */
const inPlace: Serve = async (bus, execution) => {
  const replies = new Replies(execution, replySpinning)
  while (execution.check.delivered < execution.end) {
    const open: [CorrelationId, number][] = []
    bus.consumeCalls((view, offset, size, typeId, id) => {
      const index = execute(execution, new Uint8Array(view.buffer, view.byteOffset + offset, size).slice(), typeId)
      if (typeId !== hangingType) open.push([id, index])
    }, execution.end - execution.check.delivered)
    for (const [id, index] of open) await replies.send(bus, id, index)
  }
  return false
}

const serves = {
  serve: oneByOne(
    (bus) => bus.serve(),
    (bus, id, bytes) => bus.reply(id, bytes, 1),
  ),
  serveSync: oneByOne(
    (bus) => bus.serveSync(),
    (bus, id, bytes) => bus.replySync(id, bytes, 1),
  ),
  tryServe: oneByOne(serveSpinning, replySpinning),
  consumeCalls: inPlace,
} as const satisfies Readonly<Record<string, Serve>>

export type ServeForm = keyof typeof serves
export const serveForms = Object.keys(serves) as ServeForm[]

/** @returns whether the caller ended in good order @throws how the connection ended otherwise */
export function serve(bus: RpcCallee, form: ServeForm, execution: Execution): Promise<boolean> {
  return serves[form](bus, execution)
}

/** How a server's handlers answer: one way for each form of serving. */
export function answerBy(
  form: ServeForm,
  bytes: Uint8Array,
  context: HandlerContext,
): Uint8Array | undefined | Promise<Uint8Array> {
  if (form === 'serve') return nextTurn(bytes)
  if (form !== 'consumeCalls') return bytes
  const guard = context.replyZeroCopy(bytes.length)
  guard.bytes.set(bytes)
  guard.commit()
  return undefined
}
