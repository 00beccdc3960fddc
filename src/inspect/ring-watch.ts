import type { RingHeader } from './ring-header.js'

export interface Rates {
  readonly producedBytesPerSecond: number | null
  readonly consumedBytesPerSecond: number | null
  readonly idleMs: number | null
}

/** No memory is faster: a larger step is a peer that scribbled over its position. */
const mostBytesPerSecond = 2 ** 40

/** One ring over time: how fast its positions move. */
export class RingWatch {
  #last: { head: bigint; tail: bigint; atMs: number } | undefined
  /** When the head was last seen to have moved. */
  #movedMs: number | undefined

  see({ head, tail }: Pick<RingHeader, 'head' | 'tail'>, atMs: number): Rates {
    const last = this.#last
    this.#last = { head, tail, atMs }
    if (last !== undefined && last.head !== head) this.#movedMs = atMs
    const idleMs = this.#movedMs === undefined ? null : atMs - this.#movedMs
    if (last === undefined || atMs <= last.atMs) {
      return { producedBytesPerSecond: null, consumedBytesPerSecond: null, idleMs }
    }
    const seconds = (atMs - last.atMs) / 1000
    return {
      producedBytesPerSecond: rate(last.head, head, seconds),
      consumedBytesPerSecond: rate(last.tail, tail, seconds),
      idleMs,
    }
  }
}

function rate(from: bigint, to: bigint, seconds: number): number | null {
  const bytesPerSecond = Number(to - from) / seconds
  return bytesPerSecond >= 0 && bytesPerSecond < mostBytesPerSecond ? Math.round(bytesPerSecond) : null
}
