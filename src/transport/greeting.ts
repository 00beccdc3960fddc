import { ErrorCode, RingwayError } from '../errors.js'
import {
  GREETING_LENGTH,
  GREETING_MAGIC_OFFSET,
  GREETING_PROTOCOL_OFFSET,
  GREETING_ROLE_OFFSET,
  GREETING_STATUS_OFFSET,
  HELLO_MAGIC,
  PROTOCOL_VERSION,
  WELCOME_MAGIC,
} from './handshake-descriptor.js'
import { type Role, roleNumber, roleOf } from './lane-role.js'

export interface Greeting {
  readonly role: Role
  readonly status: number
}

export type GreetingName = 'hello' | 'welcome'

function greetingMagic(name: GreetingName): number {
  return name === 'hello' ? HELLO_MAGIC : WELCOME_MAGIC
}

export function encodeGreeting(name: GreetingName, role: Role, status: number): Uint8Array {
  const bytes = new Uint8Array(GREETING_LENGTH)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(GREETING_MAGIC_OFFSET, greetingMagic(name), true)
  view.setUint32(GREETING_PROTOCOL_OFFSET, PROTOCOL_VERSION, true)
  view.setUint32(GREETING_ROLE_OFFSET, roleNumber(role), true)
  view.setUint32(GREETING_STATUS_OFFSET, status, true)
  return bytes
}

/** @throws `ERR_RINGWAY_HANDSHAKE` for anything that no ringway of this protocol sends */
export function decodeGreeting(name: GreetingName, bytes: Uint8Array): Greeting {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(GREETING_MAGIC_OFFSET, true)
  const protocol = view.getUint32(GREETING_PROTOCOL_OFFSET, true)
  const number = view.getUint32(GREETING_ROLE_OFFSET, true)
  const status = view.getUint32(GREETING_STATUS_OFFSET, true)
  const role = roleOf(number)
  if (magic === greetingMagic(name) && protocol === PROTOCOL_VERSION && role !== undefined) return { role, status }
  throw new RingwayError(
    ErrorCode.handshake,
    `The peer's ${name} makes no sense: magic 0x${magic.toString(16)} (expected 0x${greetingMagic(name).toString(16)}), ` +
      `protocol ${protocol} (expected ${PROTOCOL_VERSION}), role ${number} (expected 1 or 2), status ${status}`,
  )
}
