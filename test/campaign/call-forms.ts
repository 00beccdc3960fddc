import type { CorrelatedMessage } from '../../src/bus/message.js'
import type { RpcCaller } from '../../src/rpc/rpc-caller.js'
import type { RpcClient } from '../../src/rpc/rpc-client.js'
import type { CallBook } from './call-book.js'

/** Calls until `end` of them were made, or the connection ends; every one of them is settled then. */
type Call = (bus: RpcCaller, book: CallBook, end: number, window: number) => Promise<void> | void

/** Sends a window of calls, then takes the replies one by one; after the end of the connection too, for each call. */
function inWindows(
  send: (bus: RpcCaller, bytes: Uint8Array, typeId: number) => number,
  wait: (bus: RpcCaller, id: number) => CorrelatedMessage,
): Call {
  return (bus, book, end, window) => {
    while (book.begun < end && book.failed === 0) {
      const open: [index: number, id: number][] = []
      while (open.length < window && book.begun < end && book.failed === 0) {
        const index = book.begin()
        try {
          const id = send(bus, book.content.requests.payload(index), book.content.requests.typeOf(index))
          book.sent(index)
          open.push([index, id])
        } catch (error) {
          book.fail(index, error)
        }
      }
      for (const [index, id] of open) {
        try {
          book.reply(index, wait(bus, id).data)
        } catch (error) {
          book.fail(index, error)
        }
      }
    }
  }
}

function callSpinning(bus: RpcCaller, bytes: Uint8Array, typeId: number): number {
  for (;;) {
    const id = bus.tryCall(bytes, typeId)
    if (id !== undefined) return id
  }
}

function waitSpinning(bus: RpcCaller, id: number): CorrelatedMessage {
  for (;;) {
    const reply = bus.tryWait(id)
    if (reply !== undefined) return reply
  }
}

/** `window` loops side by side, each with one call under way. */
async function sideBySide(
  window: number,
  book: CallBook,
  end: number,
  callOnce: (index: number) => Promise<Uint8Array>,
): Promise<void> {
  const callOnAndOn = async () => {
    while (book.begun < end && book.failed === 0) {
      const index = book.begin()
      try {
        book.reply(index, await callOnce(index))
      } catch (error) {
        book.fail(index, error)
      }
    }
  }
  await Promise.all(Array.from({ length: window }, callOnAndOn))
}

const calls = {
  wait: (bus, book, end, window) =>
    sideBySide(window, book, end, async (index) => {
      const id = await bus.call(book.content.requests.payload(index), book.content.requests.typeOf(index))
      book.sent(index)
      return (await bus.wait(id)).data
    }),
  waitSync: inWindows(
    (bus, bytes, typeId) => bus.callSync(bytes, typeId),
    (bus, id) => bus.waitSync(id),
  ),
  tryWait: inWindows(callSpinning, waitSpinning),
} as const satisfies Readonly<Record<string, Call>>

export type CallForm = keyof typeof calls
export const callForms = Object.keys(calls) as CallForm[]

export async function call(bus: RpcCaller, form: CallForm, book: CallBook, end: number, window: number): Promise<void> {
  await (calls[form] satisfies Call)(bus, book, end, window)
}

/** The same by a client. Its call 0 is one that is never answered, beside all others. */
export function callByClient(
  client: RpcClient,
  book: CallBook,
  end: number,
  window: number,
): { readonly calling: Promise<void>; readonly hanging: Promise<void> } {
  const { requests } = book.content
  const callOnce = (index: number) => client.call(requests.typeOf(index), requests.payload(index))
  const hanging = sideBySide(1, book, 1, callOnce)
  return { hanging, calling: sideBySide(window, book, end, callOnce) }
}
