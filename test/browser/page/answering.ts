import { RingwayError } from 'ringway/threads'
import type { StreamReport } from './numbered-stream.js'
import type { Answer, Order } from './orders.js'

/** Makes this worker obey, and answer. What it throws besides the library's own errors goes to the console. */
export function answering(obey: (order: Order) => StreamReport): void {
  const answer = (data: Answer): void => self.postMessage(data)
  self.onmessage = ({ data }: MessageEvent<Order>) => {
    try {
      answer({ report: obey(data) })
    } catch (error) {
      if (!(error instanceof RingwayError)) throw error
      answer({ code: error.code, message: error.message })
    }
  }
}
