import type { StreamReport } from './numbered-stream.js'
import type { Answer, Order } from './orders.js'

/** A worker of the page, one order at a time. */
export class Colleague {
  readonly #worker: Worker

  constructor(role: 'producer' | 'consumer') {
    this.#worker = new Worker(`${role}.js`, { type: 'module' })
  }

  tell(order: Order): Promise<StreamReport> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = ({ message }) => reject(new Error(message))
      this.#worker.onmessageerror = () => reject(new Error('the order did not reach the worker'))
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('report' in data) resolve(data.report)
        else reject(new Error(`${data.code}: ${data.message}`))
      }
      this.#worker.postMessage(order)
    })
  }

  terminate(): void {
    this.#worker.terminate()
  }
}
