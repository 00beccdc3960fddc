import { type FileDescriptor, ProcessHandle, receiveWithDescriptors } from '../../ffi/index.js'
import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import type { Greeting } from './greeting.js'
import { OFFER_LENGTH, STATUS_ACCEPTED, STATUS_RING_REFUSED, STATUS_ROLE_CONFLICT } from './handshake-descriptor.js'
import { type NoGreeting, receiveGreeting, sendGreeting, silenceMs } from './handshake-wire.js'
import { oppositeRole, type Role, rolesInLanes } from './lane-role.js'
import { MappedLink } from './mapped-link.js'
import { readMarker } from './marker.js'
import { decodeOffer } from './offer.js'
import { type Allow, admitPeer, type PeerIdentity } from './peer-identity.js'
import type { PeerSocket } from './peer-socket.js'
import { Region } from './region.js'
import { now, type Steps } from './steps.js'
import { errnoName, systemFailure } from './system-failure.js'

export interface OfferTerms {
  readonly role: Role
  readonly lanes: 1 | 2
  readonly maxCapacityBytes: number
  readonly timeoutMs: number
  readonly allow?: Allow | undefined
}

/** The listener's queue was dropped before it got to us: nobody has seen this connection, and another try does no harm. */
export class NeverAccepted extends Error {}

/** The connector's half of the handshake. Owns the socket, and whatever comes out of it. */
export function* greetListener(socket: PeerSocket, terms: OfferTerms): Steps<MappedLink> {
  const regions: Region[] = []
  const descriptors: FileDescriptor[] = []
  let peerProcess: ProcessHandle | undefined
  /** The listener has made its offer, and we have not answered. */
  let refusable = false
  try {
    peerProcess = ProcessHandle.ofSocketPeer(socket.fd)
    const peer = admitPeer(socket.fd, terms.allow)
    const offer = yield* receiveOffer(socket.fd, terms, peer, descriptors)
    refusable = true
    adoptOffer(offer, terms, descriptors, regions)
    const roles = rolesInLanes(terms.role, terms.lanes)
    let native = false
    if (hasMarkers(regions, roles)) {
      refusable = false
      native = yield* isWelcome(socket.fd, terms.role)
    }
    for (const region of regions) region.closeDescriptor()
    return new MappedLink({ native, regions, roles, peer, socket, peerProcess })
  } catch (error) {
    // A native listener waits for our hello and would take its absence for a stock peer that is content with the ring.
    if (refusable) sendGreeting(socket.fd, 'hello', terms.role, refusalStatus(error))
    peerProcess?.close()
    for (const region of regions) region.release()
    for (const descriptor of descriptors) descriptor.close()
    socket.close()
    throw systemFailure(error, 'shake hands with the listener', ErrorCode.handshake)
  }
}

interface ReceivedOffer {
  readonly bytes: Uint8Array
  /** Descriptors beyond those that we take, closed already. */
  readonly surplus: number
}

/** @param descriptors takes what comes with the bytes, also when this throws */
function* receiveOffer(
  fd: number,
  terms: OfferTerms,
  peer: PeerIdentity,
  descriptors: FileDescriptor[],
): Steps<ReceivedOffer> {
  const untilMs = now() + terms.timeoutMs
  const offer = new Uint8Array(OFFER_LENGTH)
  let length = 0
  let surplus = 0
  while (length < OFFER_LENGTH) {
    let message: ReturnType<typeof receiveWithDescriptors>
    try {
      message = receiveWithDescriptors(fd, offer.subarray(length), terms.lanes - descriptors.length)
    } catch (error) {
      if (length === 0 && errnoName(error) === 'ECONNRESET') throw new NeverAccepted()
      throw systemFailure(error, `receive the offer after ${length} of ${OFFER_LENGTH} bytes`, ErrorCode.handshake)
    }
    if (message !== undefined) {
      descriptors.push(...message.descriptors)
      surplus += message.surplusDescriptors
      length += message.lengthBytes
      if (message.lengthBytes === 0) throw endedEarly(length, peer)
    } else if (now() >= untilMs) {
      throw new TimeoutError(
        `The listener with pid ${peer.pid} sent ${length} of ${OFFER_LENGTH} bytes in ${terms.timeoutMs} ms`,
      )
    } else {
      yield { fd, untilMs }
    }
  }
  return { bytes: offer, surplus }
}

function endedEarly(length: number, peer: PeerIdentity): RingwayError {
  if (length > 0) {
    return new RingwayError(
      ErrorCode.handshake,
      `The listener with pid ${peer.pid} closed the connection after ${length} of ${OFFER_LENGTH} bytes`,
    )
  }
  return new RingwayError(
    ErrorCode.peerRefused,
    `The listener with pid ${peer.pid} closed the connection after 0 of ${OFFER_LENGTH} bytes: it refuses this process, ` +
      'has another peer already, or is about to end',
  )
}

function adoptOffer(offer: ReceivedOffer, terms: OfferTerms, descriptors: FileDescriptor[], regions: Region[]): void {
  // Before the descriptors: the ABI's own fields say best what is wrong with an offer of the other kind of bus.
  const capacities = decodeOffer(offer.bytes, terms.lanes, terms.maxCapacityBytes)
  if (descriptors.length !== terms.lanes || offer.surplus > 0)
    throw wrongCount(descriptors.length, offer.surplus, terms)
  for (const capacityBytes of capacities) {
    regions.push(Region.adopt(descriptors.shift() as FileDescriptor, capacityBytes))
  }
}

function wrongCount(taken: number, surplus: number, terms: OfferTerms): RingwayError {
  const sent = `The listener sent ${taken + surplus}${surplus > 0 ? ' or more' : ''} descriptors, not ${terms.lanes}`
  // The kernel says only that it had to cut some off; with fewer taken than due, the reason is on our side.
  const reason = surplus > 0 && taken < terms.lanes ? `; this process could take ${taken}: it has no more left` : ''
  return new RingwayError(ErrorCode.handshake, sent + reason)
}

function refusalStatus(error: unknown): number {
  const conflict = error instanceof RingwayError && error.code === ErrorCode.wrongRole
  return conflict ? STATUS_ROLE_CONFLICT : STATUS_RING_REFUSED
}

function hasMarkers(regions: readonly Region[], roles: readonly Role[]): boolean {
  const theirs = regions.map((region) => readMarker(region.memory.words))
  if (theirs.includes(undefined)) return false
  const conflict = theirs.findIndex((role, lane) => role === roles[lane])
  if (conflict < 0) return true
  throw roleConflict(roles[conflict] as Role)
}

function roleConflict(role: Role): RingwayError {
  return new RingwayError(
    ErrorCode.wrongRole,
    `The listener is a ${role}, and so are we: one of the two must be a ${oppositeRole(role)}`,
  )
}

/** @returns false when no answer comes: the marker was a foreign listener's, which knows nothing of it */
function* isWelcome(fd: number, role: Role): Steps<boolean> {
  if (!sendGreeting(fd, 'hello', role, STATUS_ACCEPTED)) return false
  const answer: Greeting | NoGreeting = yield* receiveGreeting(fd, 'welcome', now() + silenceMs)
  if (typeof answer === 'string') return false
  if (answer.status === STATUS_ROLE_CONFLICT || answer.role === role) throw roleConflict(role)
  if (answer.status === STATUS_ACCEPTED) return true
  throw new RingwayError(
    ErrorCode.peerRefused,
    `The listener took its offer back, with status ${answer.status}: it is about to end, or has given up`,
  )
}
