/** What a format looks at: a received message, in place. */
export interface ShownMessage {
  readonly typeId: number
  readonly size: number
  /** In memory that the peer can change: to be copied, never decoded. */
  readonly bytes: Uint8Array
  copy(): Uint8Array
}

/** What to print of a message: pieces, one after the other. */
export type MessageFormat = (message: ShownMessage) => readonly Uint8Array[]

const newline = Uint8Array.of(0x0a)

/** The payloads and nothing else: a stream of bytes. */
export const rawFormat: MessageFormat = ({ bytes }) => [bytes]

/** A payload a line, byte for byte, so that lines which `send` was given come out as they went in. */
export const lineFormat: MessageFormat = ({ bytes }) => [bytes, newline]

// A byte order mark is part of the message.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** An object a line: `text` where the payload is UTF-8, else `base64`. */
export const jsonFormat: MessageFormat = (message) => {
  const { typeId, size } = message
  return [Buffer.from(`${JSON.stringify({ typeId, size, ...content(message.copy()) })}\n`)]
}

function content(own: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: strictUtf8.decode(own) }
  } catch {
    return { base64: Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString('base64') }
  }
}
