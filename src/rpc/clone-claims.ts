/**
 * What a structured clone claims, before V8 is let at it.
 *
 * In V8's format a sparse array is its length and whatever elements it has, and V8 makes room for that length at once: ten
 * bytes are 256 MiB, and a frame full of them is the end of the process. A buffer that can grow claims addresses likewise.
 * So bytes that a peer sent are looked through first.
 */

/** Places that a clone may claim, all told, beyond one for each of its bytes: 8 MiB. */
const freePlaces = 2 ** 20
const bytesInPlace = 8
/** What Node 20 to 26 write. Older formats differ, and V8 would read them. */
const leastVersion = 15

const versionTag = 0xff
const sparseArrayTag = tagOf('a')
const growingBufferTag = tagOf('~')
/** Of an error: its class; and its message, its stack and its cause, which are values. */
const errorClasses = tagsOf('ERFSTU')
const errorValues = tagsOf('msc')

function tagOf(letter: string): number {
  return letter.charCodeAt(0)
}

function tagsOf(letters: string): readonly number[] {
  return [...letters].map(tagOf)
}

/** @throws RangeError, TypeError when it claims too much, or is no clone of a version that today's V8 writes */
export function checkCloneClaims(bytes: Uint8Array): void {
  const version = bytes[1] ?? 0
  if (bytes[0] !== versionTag || version < leastVersion || version > 127) {
    throw new TypeError(`It does not begin as a clone of version ${leastVersion} or later does`)
  }
  const most = freePlaces + bytes.length
  if (mostPlaces(bytes) <= most) return
  const places = new CloneScan(bytes, 2).places()
  if (places > most) throw new RangeError(`It claims ${places} empty places in arrays, and ${most} are the most`)
}

/** Of anything that looks like a claim, in texts and buffers too: at least what V8 will find, at next to no cost. */
function mostPlaces(bytes: Uint8Array): number {
  let places = 0
  for (let at = bytes.indexOf(sparseArrayTag, 2); at !== -1; at = bytes.indexOf(sparseArrayTag, at + 1)) {
    places += new CloneScan(bytes, at + 1).number()
  }
  for (let at = bytes.indexOf(growingBufferTag, 2); at !== -1; at = bytes.indexOf(growingBufferTag, at + 1)) {
    places += new CloneScan(bytes, at + 1).growingBuffer().places
  }
  return places
}

/** Goes through a clone as V8 does, and makes nothing of it. */
class CloneScan {
  readonly #bytes: Uint8Array
  #at: number
  #places = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  places(): number {
    this.value()
    return this.#places
  }

  claim(places: number): void {
    this.#places += places
  }

  skip(length: number): void {
    this.#at += length
  }

  /** Seven bits a byte, the lowest first; V8 takes the lowest 32. */
  number(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.#bytes[this.#at++] ?? 0
      if (factor < 2 ** 35) value += (byte & 0x7f) * factor
      factor *= 128
      if (byte < 0x80) return value % 2 ** 32
    }
  }

  numbers(count: number): void {
    for (let read = 0; read < count; read++) this.number()
  }

  value(): void {
    const tag = this.#tag()
    const read = readers.get(tag)
    if (read === undefined) throw new TypeError(`It has a value of a kind ${tag} that is not known here`)
    read(this)
  }

  /** Values up to `end`, and the numbers after it. */
  valuesUntil(end: number, numbersAfter: number): void {
    while (!this.#isNext(end)) this.value()
    this.numbers(numbersAfter)
  }

  /** Its length, and what it may grow to. */
  growingBuffer(): { readonly length: number; readonly places: number } {
    return { length: this.number(), places: Math.ceil(this.number() / bytesInPlace) }
  }

  /** What may follow a buffer: kind, offset, length, flags. */
  view(): void {
    if (this.#at < this.#bytes.length && this.#isNext(tagOf('V'))) this.numbers(4)
  }

  error(): void {
    for (let tag = this.#tag(); tag !== tagOf('.'); tag = this.#tag()) {
      if (errorValues.includes(tag)) this.value()
      else if (!errorClasses.includes(tag))
        throw new TypeError(`It has an error of a kind ${tag} that V8 does not write`)
    }
  }

  /** The next tag; V8 puts zeros before some. */
  #tag(): number {
    for (;;) {
      const tag = this.#bytes[this.#at++]
      if (tag === undefined) throw new RangeError('It ends too early')
      if (tag !== 0) return tag
    }
  }

  #isNext(expected: number): boolean {
    const before = this.#at
    if (this.#tag() === expected) return true
    this.#at = before
    return false
  }
}

type Reader = (scan: CloneScan) => void

/** What follows a tag. */
const readers = new Map<number, Reader>()

function define(letters: string, read: Reader): void {
  for (const tag of tagsOf(letters)) readers.set(tag, read)
}

define('_0TF-yx', () => undefined) // undefined, null, true, false, a hole, and booleans as objects
define('NDn', (scan) => scan.skip(8)) // numbers and dates
define('IU', (scan) => scan.numbers(1)) // integers
define('"cS', (scan) => scan.skip(scan.number())) // texts
define('Zz', (scan) => scan.skip(Math.floor(scan.number() / 2))) // a bigint: sign and length, digits
define('s', (scan) => scan.value()) // a text as an object
define('o', (scan) => scan.valuesUntil(tagOf('{'), 1))
define(';', (scan) => scan.valuesUntil(tagOf(':'), 1)) // a Map
define("'", (scan) => scan.valuesUntil(tagOf(','), 1)) // a Set
define('r', (scan) => scan.error())
define('R', (scan) => {
  scan.value()
  scan.number()
})
define('A', (scan) => {
  scan.number()
  scan.valuesUntil(tagOf('$'), 2)
})
define('a', (scan) => {
  scan.claim(scan.number())
  scan.valuesUntil(tagOf('@'), 2)
})
define('B', (scan) => {
  scan.skip(scan.number())
  scan.view()
})
define('~', (scan) => {
  const { length, places } = scan.growingBuffer()
  scan.claim(places)
  scan.skip(length)
  scan.view()
})
// Something that was there before, a buffer perhaps.
define('^', (scan) => {
  scan.number()
  scan.view()
})
// Of Node, not of V8: buffers and typed arrays, by kind and length.
define('\\', (scan) => {
  scan.number()
  scan.skip(scan.number())
})
// How many objects there were, before one.
define('?', (scan) => {
  scan.number()
  scan.value()
})
