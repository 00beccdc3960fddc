import { randomUUID } from 'node:crypto'
import { ErrorCode, RingwayError } from '../../errors.js'
import { encodeRequest } from './envelope.js'

/** A request on its way: what is sent, and until when its answer is waited for. */
export class BridgeCall {
  readonly id = randomUUID()
  readonly method: string
  readonly timeoutMs: number
  readonly deadlineMs: number
  readonly bytes: Buffer

  constructor(method: string, params: object, timeoutMs: number, maxBytes: number) {
    if (typeof method !== 'string') {
      throw new RingwayError(ErrorCode.invalidArgument, `A method is a text, not ${typeof method}`)
    }
    if (typeof params !== 'object' || params === null || Array.isArray(params)) {
      throw new RingwayError(
        ErrorCode.invalidArgument,
        `The parameters of ${method} are an object of names and values, not ${JSON.stringify(params)}`,
      )
    }
    this.method = method
    this.timeoutMs = timeoutMs
    this.deadlineMs = performance.now() + timeoutMs
    this.bytes = encodeRequest(this.id, method, params, maxBytes)
  }
}

/** A call that a promise waits for. Settled once. */
export class PendingCall {
  readonly call: BridgeCall
  readonly promise: Promise<unknown>
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: (() => void) | undefined
  #resolve!: (result: unknown) => void
  #reject!: (reason: unknown) => void

  constructor(
    call: BridgeCall,
    signal: AbortSignal | undefined,
    onAbort: (pending: PendingCall, reason: unknown) => void,
  ) {
    this.call = call
    this.#signal = signal
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (signal === undefined) return
    this.#onAbort = () => onAbort(this, signal.reason)
    signal.addEventListener('abort', this.#onAbort)
  }

  resolve(result: unknown): void {
    this.#unlisten()
    this.#resolve(result)
  }

  reject(reason: unknown): void {
    this.#unlisten()
    this.#reject(reason)
  }

  #unlisten(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
