import { ProcessHandle, sendWithDescriptors } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import type { Greeting } from './greeting.js'
import { STATUS_ACCEPTED, STATUS_ROLE_CONFLICT, STATUS_WITHDRAWN } from './handshake-descriptor.js'
import { receiveGreeting, sendGreeting, silenceMs } from './handshake-wire.js'
import { oppositeRole, type Role } from './lane-role.js'
import { MappedLink } from './mapped-link.js'
import { encodeOffer } from './offer.js'
import { type Allow, admitPeer, type PeerIdentity } from './peer-identity.js'
import type { PeerSocket } from './peer-socket.js'
import type { Region } from './region.js'
import { now, type Steps } from './steps.js'
import { systemFailure } from './system-failure.js'

/**
 * The listener's half of the handshake, with one connector, over rings made for it alone. Owns socket and regions.
 * @returns an error when the peer is to blame, so that the listener goes on with the next
 * @throws what is thrown into it from outside: an abort
 */
export function* greetConnector(
  socket: PeerSocket,
  regions: readonly Region[],
  roles: readonly Role[],
  allow: Allow | undefined,
): Steps<MappedLink | RingwayError> {
  const role = roles[0] as Role
  let peerProcess: ProcessHandle | undefined
  let offered = false
  try {
    const peer = admitPeer(socket.fd, allow)
    peerProcess = ProcessHandle.ofSocketPeer(socket.fd)
    sendOffer(socket.fd, regions, peer)
    offered = true
    const answer = yield* receiveGreeting(socket.fd, 'hello', now() + silenceMs)
    if (answer === 'reset') throw leftUnread(peer)
    if (typeof answer !== 'string') expectAccepted(answer, role, peer)
    const native = typeof answer !== 'string' && sendGreeting(socket.fd, 'welcome', role, STATUS_ACCEPTED)
    for (const region of regions) region.closeDescriptor()
    return new MappedLink({ native, regions, roles, peer, socket, peerProcess })
  } catch (error) {
    // A native connector that has our offer waits for this; to a foreign one it is a byte too many, never read.
    if (offered) sendGreeting(socket.fd, 'welcome', role, withdrawalStatus(error))
    peerProcess?.close()
    for (const region of regions) region.release()
    socket.close()
    const failure = systemFailure(error, 'shake hands with a connector', ErrorCode.handshake)
    if (failure instanceof RingwayError) return failure
    throw failure
  }
}

function sendOffer(fd: number, regions: readonly Region[], peer: PeerIdentity): void {
  const offer = encodeOffer(regions.map((region) => region.memory.capacityBytes))
  let sent: number | undefined
  try {
    sent = sendWithDescriptors(
      fd,
      offer,
      regions.map((region) => region.fd),
    )
  } catch (error) {
    throw systemFailure(error, `send ${offer.length} bytes to the peer with pid ${peer.pid}`, ErrorCode.handshake)
  }
  if (sent === offer.length) return
  throw new RingwayError(
    ErrorCode.handshake,
    `The connection took ${sent ?? 0} of the ${offer.length} bytes of the offer to the peer with pid ${peer.pid}`,
  )
}

/** A stock peer reads the offer and closes: that is an orderly end. Only what was left unread resets the connection. */
function leftUnread(peer: PeerIdentity): RingwayError {
  return new RingwayError(
    ErrorCode.handshake,
    `The peer with pid ${peer.pid} closed the connection and left the offer unread`,
  )
}

function withdrawalStatus(error: unknown): number {
  const conflict = error instanceof RingwayError && error.code === ErrorCode.wrongRole
  return conflict ? STATUS_ROLE_CONFLICT : STATUS_WITHDRAWN
}

function expectAccepted(hello: Greeting, role: Role, peer: PeerIdentity): void {
  if (hello.status === STATUS_ROLE_CONFLICT || hello.role === role) {
    throw new RingwayError(
      ErrorCode.wrongRole,
      `The peer with pid ${peer.pid} is a ${hello.role}, and so are we: one of the two must be a ${oppositeRole(role)}`,
    )
  }
  if (hello.status === STATUS_ACCEPTED) return
  throw new RingwayError(
    ErrorCode.handshake,
    `The peer with pid ${peer.pid} refused the ring, with status ${hello.status}`,
  )
}
