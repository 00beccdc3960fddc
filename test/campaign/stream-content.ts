import { MessageStream } from '../support/message-stream.js'
import type { Content } from './content.js'

/** How far from where it belongs a message of a foreign producer is looked for. */
const reach = 64

/** The messages of the foreign peers, which do not say their number: see `MessageStream`. */
export class StreamContent implements Content {
  readonly #stream: MessageStream
  readonly #sizes: number[] = []
  readonly #types: number[] = []
  readonly #offsets: number[] = []

  constructor(seed: number, sizes: string) {
    this.#stream = new MessageStream(seed, sizes)
  }

  sizeOf(index: number): number {
    this.#reach(index)
    return this.#sizes[index] as number
  }

  typeOf(index: number): number {
    this.#reach(index)
    return this.#types[index] as number
  }

  payload(index: number): Uint8Array {
    const size = this.sizeOf(index)
    const offset = this.#offsets[index] as number
    return this.#stream.noise.subarray(offset, offset + size)
  }

  equals(index: number, bytes: Uint8Array, start: number): boolean {
    const size = this.sizeOf(index)
    const offset = this.#offsets[index] as number
    return this.#stream.noise.compare(bytes, start, start + size, offset, offset + size) === 0
  }

  identify(typeId: number, bytes: Uint8Array, start: number, size: number, near: number): number {
    const is = (index: number) =>
      this.typeOf(index) === typeId && this.sizeOf(index) === size && this.equals(index, bytes, start)
    if (is(near)) return near
    for (let index = Math.max(0, near - reach); index < near + reach; index++) if (is(index)) return index
    // A torn message would be nobody's: it is taken for the one that belongs here, and found wrong.
    return near
  }

  #reach(index: number): void {
    while (this.#sizes.length <= index) {
      this.#stream.next()
      this.#sizes.push(this.#stream.size)
      this.#types.push(this.#stream.typeId)
      this.#offsets.push(this.#stream.offset)
    }
  }
}
