import { ErrorCode, RingwayError } from '../errors.js'

const newline = 0x0a

/** Cuts a stream of bytes into lines, without their line ends. A last line may lack its end. */
export class LineSplitter {
  readonly #maxBytes: number
  /** The beginning of a line whose end has not come yet. */
  #pieces: Uint8Array[] = []
  #pieceBytes = 0

  /** @param maxBytes of a line: what bounds the memory that a stream without line ends takes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in `chunk`. @throws `ERR_RINGWAY_TOO_LARGE` */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield this.#line(chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.byteLength) this.#keep(chunk.subarray(start))
  }

  /** What followed the last line end, if anything did. */
  *end(): Generator<Uint8Array> {
    if (this.#pieceBytes > 0) yield this.#line(new Uint8Array(0))
  }

  #line(last: Uint8Array): Uint8Array {
    if (this.#pieceBytes === 0 && last.byteLength <= this.#maxBytes) return last
    this.#keep(last)
    const line = Buffer.concat(this.#pieces, this.#pieceBytes)
    this.#pieces = []
    this.#pieceBytes = 0
    return line
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#pieceBytes += piece.byteLength
    if (this.#pieceBytes <= this.#maxBytes) return
    throw new RingwayError(
      ErrorCode.tooLarge,
      `A line of ${this.#pieceBytes} bytes or more is too large: the listener's ring takes ${this.#maxBytes} at most`,
    )
  }
}
