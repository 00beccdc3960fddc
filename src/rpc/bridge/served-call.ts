import { TimeoutError } from '../../errors.js'
import type { BridgeHandlerContext } from './bridge-options.js'
import type { BridgeRequest } from './envelope.js'

/** A call that is being served, as its handler sees it. */
export class ServedCall implements BridgeHandlerContext {
  readonly id: string
  readonly method: string
  readonly requestedMs = performance.now()
  readonly #timeoutMs: number
  /** Made when asked for: most handlers do not look at their signal. */
  #controller: AbortController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ id, method }: BridgeRequest, timeoutMs: number) {
    this.id = id
    this.method = method
    this.#timeoutMs = timeoutMs
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  onTimeout(expire: (error: TimeoutError) => void): void {
    if (this.#timeoutMs === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(
      () => {
        const error = new TimeoutError(`The handler of ${this.method} took longer than ${this.#timeoutMs} ms`)
        expire(error)
        this.abort(error)
      },
      Math.min(this.#timeoutMs, 0x7fff_ffff),
    )
  }

  abort(reason: Error): void {
    this.#controller?.abort(reason)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
