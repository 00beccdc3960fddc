import { ErrorCode, RingwayError } from '../errors.js'
import { MARKER_OFFSET } from '../ring/ring-descriptor.js'
import {
  MARKER_MAGIC,
  MARKER_MAGIC_OFFSET,
  MARKER_PROTOCOL_OFFSET,
  MARKER_RESERVED_OFFSET,
  MARKER_ROLE_OFFSET,
  PROTOCOL_VERSION,
} from './handshake-descriptor.js'
import { type Role, roleNumber, roleOf } from './lane-role.js'

const wordBytes = Int32Array.BYTES_PER_ELEMENT
const magicIndex = (MARKER_OFFSET + MARKER_MAGIC_OFFSET) / wordBytes
const protocolIndex = (MARKER_OFFSET + MARKER_PROTOCOL_OFFSET) / wordBytes
const roleIndex = (MARKER_OFFSET + MARKER_ROLE_OFFSET) / wordBytes
const reservedIndex = (MARKER_OFFSET + MARKER_RESERVED_OFFSET) / wordBytes

/** @param role the listener's in this ring */
export function writeMarker(words: Int32Array, role: Role): void {
  words[protocolIndex] = PROTOCOL_VERSION
  words[roleIndex] = roleNumber(role)
  words[reservedIndex] = 0
  Atomics.store(words, magicIndex, MARKER_MAGIC)
}

/**
 * The listener's role in this ring as its marker says, or undefined where no marker that we understand is: a foreign
 * listener, or a ringway of another protocol, with which the plain ABI still works.
 * @throws `ERR_RINGWAY_HANDSHAKE` for a marker of our protocol that no ringway writes
 */
export function readMarker(words: Int32Array): Role | undefined {
  if (Atomics.load(words, magicIndex) !== MARKER_MAGIC || Atomics.load(words, protocolIndex) !== PROTOCOL_VERSION)
    return undefined
  const number = Atomics.load(words, roleIndex) >>> 0
  const reserved = Atomics.load(words, reservedIndex) >>> 0
  const role = roleOf(number)
  if (role !== undefined && reserved === 0) return role
  throw new RingwayError(
    ErrorCode.handshake,
    `The ring's marker is forged: role ${number}, reserved word ${reserved} (expected 1 or 2, and 0)`,
  )
}
