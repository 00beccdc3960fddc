import { expect, onTestFinished } from 'vitest'
import type { EndpointOptions } from '../../../src/bus/endpoint-options.js'
import { ThreadBus } from '../../../src/bus/thread-bus.js'
import type { ErrorCode } from '../../../src/errors.js'

export interface ThreadPair {
  readonly buffer: SharedArrayBuffer
  readonly tx: ThreadBus
  readonly rx: ThreadBus
}

/** Both ends of a bus in this thread, closed when the test ends. */
export function threadPair(capacityBytes = 1024, options: EndpointOptions = {}): ThreadPair {
  const buffer = ThreadBus.allocate(capacityBytes)
  const rx = new ThreadBus(buffer, 'consumer', options)
  const tx = new ThreadBus(buffer, 'producer', options)
  onTestFinished(() => {
    tx.close()
    rx.close()
  })
  return { buffer, tx, rx }
}

/** Any error with this code. */
export function coded(code: ErrorCode): unknown {
  return expect.objectContaining({ code })
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** Sends messages of `size` bytes, the first byte counting, until the ring takes no more. */
export function fill(tx: ThreadBus, size = 0): number {
  let sent = 0
  while (tx.trySend(new Uint8Array(size).fill(sent))) sent++
  return sent
}

/** What is there now, as the first byte of each message. */
export function drain(rx: ThreadBus): (number | undefined)[] {
  const firsts: (number | undefined)[] = []
  for (let message = rx.tryRecv(); message !== undefined; message = rx.tryRecv()) firsts.push(message.data[0])
  return firsts
}

/** Whether the promise is settled once the event loop has turned a few times. */
export async function isPending(promise: Promise<unknown>, turns = 20): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  return !settled
}
