/** Cuts a stream of bytes into pieces of one size; only the last may be shorter. */
export class ChunkCutter {
  readonly #chunkBytes: number
  /** The beginning of a piece that is not complete yet. */
  #parts: Uint8Array[] = []
  #partBytes = 0

  /** @param chunkBytes from 1 */
  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes
  }

  /** The pieces that these bytes complete. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    let start = 0
    for (;;) {
      const end = start + this.#chunkBytes - this.#partBytes
      if (end > bytes.byteLength) break
      yield this.#piece(bytes.subarray(start, end))
      start = end
    }
    if (start < bytes.byteLength) this.#keep(bytes.subarray(start))
  }

  /** What is left, if anything is. */
  *end(): Generator<Uint8Array> {
    if (this.#partBytes > 0) yield this.#piece(new Uint8Array(0))
  }

  #piece(last: Uint8Array): Uint8Array {
    if (this.#partBytes === 0) return last
    this.#keep(last)
    const piece = Buffer.concat(this.#parts, this.#partBytes)
    this.#parts = []
    this.#partBytes = 0
    return piece
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part)
    this.#partBytes += part.byteLength
  }
}
