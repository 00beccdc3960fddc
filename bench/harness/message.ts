/** The size of message that round trips are made of. */
export const messageBytes = 32

const wordBytes = 4

function patternByte(at: number): number {
  return (at * 31 + 7) & 0xff
}

/**
 * A message to be sent over and over: `stamp` makes it the one with number `index`. In memory of its own, because what
 * clones a view clones all that is behind it.
 *
 * ```
 *  0        4                            size − 4     size
 *  +--------+------------- … ------------+------------+
 *  | index  | always the same bytes      | ~index     |
 *  +--------+------------- … ------------+------------+
 * ```
 */
export class StampedMessage {
  readonly bytes: Buffer
  /** Written as words: `writeInt32LE` would take as long as sending the message. */
  readonly #words: Int32Array

  /** @param sizeBytes a multiple of 4 */
  constructor(sizeBytes: number = messageBytes) {
    const memory = new ArrayBuffer(sizeBytes)
    this.bytes = Buffer.from(memory)
    this.#words = new Int32Array(memory)
    for (let at = 0; at < sizeBytes; at++) this.bytes[at] = patternByte(at)
  }

  stamp(index: number): void {
    const words = this.#words
    words[0] = index
    words[words.length - 1] = ~index
  }

  /** Into a slot, in place, as a program writes its fields there: word by word. */
  writeTo(slot: DataView): void {
    const words = this.#words
    for (let word = 0; word < words.length; word++) slot.setInt32(word * wordBytes, words[word] as number, true)
  }
}

/** The signed word at a byte index. Little-endian, as everything here. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

/** Whether this is message `index`, by its length and both ends: all that a timed loop has time for. */
function isStamped(bytes: Uint8Array, sizeBytes: number, index: number): boolean {
  return bytes.byteLength === sizeBytes && wordAt(bytes, 0) === index && wordAt(bytes, sizeBytes - wordBytes) === ~index
}

/** @throws unless it is message `index`; with `whole`, every byte of it is compared */
export function verify(bytes: Uint8Array | undefined, sizeBytes: number, index: number, whole = false): void {
  if (bytes === undefined) throw new Error(`the stream ended before message ${index}`)
  if (!isStamped(bytes, sizeBytes, index)) {
    throw new Error(`not message ${index} but ${Buffer.from(bytes.subarray(0, 64)).toString('hex')}`)
  }
  if (!whole) return
  for (let at = wordBytes; at < sizeBytes - wordBytes; at++) {
    if (bytes[at] !== patternByte(at)) throw new Error(`byte ${at} of message ${index} is ${bytes[at]}`)
  }
}

/** The receiving end of a stream of stamped messages: in order, none lost, none twice. */
export class StreamCheck {
  readonly #sizeBytes: number
  readonly #whole: boolean
  /** Number of the next message, and so of those received. */
  next = 0

  constructor(sizeBytes: number, whole = false) {
    this.#sizeBytes = sizeBytes
    this.#whole = whole
  }

  take(bytes: Uint8Array | undefined): void {
    verify(bytes, this.#sizeBytes, this.next, this.#whole)
    this.next++
  }

  /** The same for a message that lies in a larger area. */
  takeInPlace(view: DataView, offset: number, size: number): void {
    const index = this.next
    if (
      this.#whole ||
      size !== this.#sizeBytes ||
      view.getInt32(offset, true) !== index ||
      view.getInt32(offset + size - wordBytes, true) !== ~index
    ) {
      verify(new Uint8Array(view.buffer, view.byteOffset + offset, size), this.#sizeBytes, index, this.#whole)
    }
    this.next = index + 1
  }
}
