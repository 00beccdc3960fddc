import { receiveNow, sendNow } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { decodeGreeting, encodeGreeting, type Greeting, type GreetingName } from './greeting.js'
import { GREETING_LENGTH } from './handshake-descriptor.js'
import type { Role } from './lane-role.js'
import { now, type Steps } from './steps.js'
import { errnoName, systemFailure } from './system-failure.js'

/** How long a native peer may take for its greeting before it is taken for a foreign one. */
export const silenceMs = 1000

/** How a peer that says nothing showed it: it closed, it closed without having read what we sent, or it is just silent. */
export type NoGreeting = 'closed' | 'reset' | 'silent'

/**
 * Waits for the other side's greeting.
 * @returns how it failed to come, which marks a foreign peer
 * @throws `ERR_RINGWAY_HANDSHAKE` for a part of a greeting, or for something else than a greeting
 */
export function* receiveGreeting(fd: number, name: GreetingName, untilMs: number): Steps<Greeting | NoGreeting> {
  const bytes = new Uint8Array(GREETING_LENGTH)
  let length = 0
  while (length < GREETING_LENGTH) {
    const received = receiveOrEnd(fd, bytes.subarray(length), name)
    if (typeof received === 'number') {
      length += received
    } else if (received !== 'silent') {
      if (length === 0) return received
      throw incomplete(name, length, 'the connection ended')
    } else if (now() >= untilMs) {
      // Looked once more after the time was over: this thread may have been the late one.
      if (length === 0) return 'silent'
      throw incomplete(name, length, `then nothing for ${silenceMs} ms`)
    } else {
      yield { fd, untilMs }
    }
  }
  return decodeGreeting(name, bytes)
}

function receiveOrEnd(fd: number, bytes: Uint8Array, name: GreetingName): number | NoGreeting {
  try {
    const received = receiveNow(fd, bytes)
    if (received === undefined) return 'silent'
    return received === 0 ? 'closed' : received
  } catch (error) {
    if (errnoName(error) === 'ECONNRESET') return 'reset'
    throw systemFailure(error, `receive the peer's ${name}`, ErrorCode.handshake)
  }
}

function incomplete(name: GreetingName, length: number, what: string): RingwayError {
  return new RingwayError(
    ErrorCode.handshake,
    `The peer sent ${length} of the ${GREETING_LENGTH} bytes of its ${name}, ${what}`,
  )
}

/** @returns false when nobody is there any more, which is how a foreign peer ends the handshake */
export function sendGreeting(fd: number, name: GreetingName, role: Role, status: number): boolean {
  try {
    // 16 bytes into an empty socket: they go as a whole or, when the peer floods us, not at all.
    return sendNow(fd, encodeGreeting(name, role, status)) === GREETING_LENGTH
  } catch {
    return false
  }
}
