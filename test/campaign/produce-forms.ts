import type { Endpoint } from '../../src/bus/endpoint.js'
import type { Content } from './content.js'
import type { Ledger } from './ledger.js'
import { exitIfOrphaned } from './orphan.js'

export type Sends = Pick<
  Endpoint,
  | 'trySend'
  | 'send'
  | 'sendSync'
  | 'trySendZeroCopy'
  | 'sendZeroCopy'
  | 'sendZeroCopySync'
  | 'cork'
  | 'uncork'
  | 'maxPayloadBytes'
>

/** Sends message `index`; when it returns, or resolves, the message is published unless the bus is corked. */
type Send = (bus: Sends, content: Content, index: number) => Promise<void> | void

const rollbackEvery = 16
const messagesPerCork = 10

/** Every 16th message is claimed twice, and the first claim given back. */
function rollsBack(index: number): boolean {
  return index % rollbackEvery === rollbackEvery - 1
}

const sends = {
  trySend(bus, content, index) {
    const bytes = content.payload(index)
    while (!bus.trySend(bytes, content.typeOf(index)));
  },
  async send(bus, content, index) {
    await bus.send(content.payload(index), content.typeOf(index))
  },
  sendSync(bus, content, index) {
    bus.sendSync(content.payload(index), content.typeOf(index))
  },
  trySendZeroCopy(bus, content, index) {
    const bytes = content.payload(index)
    const claim = () => {
      for (;;) {
        const guard = bus.trySendZeroCopy(bytes.length, content.typeOf(index))
        if (guard !== undefined) return guard
      }
    }
    if (rollsBack(index)) claim().rollback()
    const guard = claim()
    guard.bytes.set(bytes)
    guard.commit()
  },
  async sendZeroCopy(bus, content, index) {
    const bytes = content.payload(index)
    if (rollsBack(index)) (await bus.sendZeroCopy(bytes.length)).rollback()
    const guard = await bus.sendZeroCopy(bytes.length, content.typeOf(index))
    guard.bytes.set(bytes)
    guard.commit()
  },
  sendZeroCopySync(bus, content, index) {
    const bytes = content.payload(index)
    if (rollsBack(index)) bus.sendZeroCopySync(bytes.length).rollback()
    const guard = bus.sendZeroCopySync(bytes.length, content.typeOf(index))
    guard.bytes.set(bytes)
    guard.commit()
  },
} as const satisfies Readonly<Record<string, Send>>

const corked = { 'corked trySend': 'trySend', 'corked send': 'send', 'corked sendSync': 'sendSync' } as const

export type ProduceForm = keyof typeof sends | keyof typeof corked
export const produceForms = [...Object.keys(sends), ...Object.keys(corked)] as ProduceForm[]

/**
 * Sends the messages from `first` on, before `end`, writing down what was begun and what was published.
 * @throws how the bus ended
 */
export async function produce(
  bus: Sends,
  form: ProduceForm,
  content: Content,
  ledger: Ledger,
  end: number,
): Promise<void> {
  if (form in corked) return await produceCorked(bus, corked[form as keyof typeof corked], content, ledger, end)
  const send: Send = sends[form as keyof typeof sends]
  for (let index = 0; index < end; index++) {
    exitIfOrphaned(index)
    ledger.begin(index)
    const sent = send(bus, content, index)
    // A form that does not wait is not made to.
    if (sent !== undefined) await sent
    ledger.complete(index)
  }
}

/** Groups of ten. Some of a group may be published before its end, and none is sure to be. */
async function produceCorked(
  bus: Sends,
  form: keyof typeof sends,
  content: Content,
  ledger: Ledger,
  end: number,
): Promise<void> {
  const send: Send = sends[form]
  for (let index = 0; index < end; ) {
    bus.cork()
    const groupEnd = Math.min(end, index + messagesPerCork)
    try {
      for (; index < groupEnd; index++) {
        exitIfOrphaned(index)
        ledger.begin(index)
        const sent = send(bus, content, index)
        if (sent !== undefined) await sent
      }
    } finally {
      bus.uncork()
    }
    ledger.complete(index - 1)
  }
}
