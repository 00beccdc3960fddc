import type { Writable } from './codecs.js'
import { encodeName, NAME_OFFSET, writeName } from './frames.js'
import { checkMethodName } from './handler-key.js'
import type { FrameBody } from './outbox.js'

/** Programs call few names, often. */
const namesKept = 256
const encodedNames = new Map<string, Uint8Array>()

/** The payload of a call by name: written straight into the slot. @throws `ERR_RINGWAY_INVALID_ARGUMENT` */
export function namedBody(name: string, body: FrameBody): FrameBody {
  return new NamedBody(encodedName(name), body)
}

class NamedBody implements Writable {
  readonly maxBytes: number
  readonly #name: Uint8Array
  readonly #body: FrameBody

  constructor(name: Uint8Array, body: FrameBody) {
    this.#name = name
    this.#body = body
    this.maxBytes = NAME_OFFSET + name.byteLength + (body instanceof Uint8Array ? body.byteLength : body.maxBytes)
  }

  writeTo(slot: Uint8Array): number {
    const body = this.#body
    const bodyOffset = writeName(this.#name, slot)
    if (!(body instanceof Uint8Array)) return bodyOffset + body.writeTo(slot.subarray(bodyOffset))
    slot.set(body, bodyOffset)
    return bodyOffset + body.byteLength
  }
}

function encodedName(name: string): Uint8Array {
  let encoded = encodedNames.get(name)
  if (encoded === undefined) {
    checkMethodName(name, 'a call')
    encoded = encodeName(name)
    if (encodedNames.size >= namesKept) encodedNames.clear()
    encodedNames.set(name, encoded)
  }
  return encoded
}
