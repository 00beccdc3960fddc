import { effectiveUserId, peerCredentials } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { orFail } from './system-failure.js'

/** Who is at the other end, as the kernel says: it cannot be forged. */
export interface PeerIdentity {
  /** In this process's pid namespace; 0 where it has no number there. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** Decides whether to deal with a peer. Left out: only with processes of the same effective user. */
export type Allow = (peer: PeerIdentity) => boolean

/** @throws `ERR_RINGWAY_PEER_REFUSED` for a peer that `allow` does not let in */
export function admitPeer(fd: number, allow: Allow | undefined): PeerIdentity {
  const peer = orFail("ask for the peer's credentials", () => peerCredentials(fd))
  const ownUid = effectiveUserId()
  const admitted = allow === undefined ? peer.uid === ownUid : allow(peer)
  if (admitted) return peer
  const rule = allow === undefined ? `this process has uid ${ownUid}` : 'the option allow said no'
  throw new RingwayError(
    ErrorCode.peerRefused,
    `Refused the peer with pid ${peer.pid}, uid ${peer.uid}, gid ${peer.gid}: ${rule}`,
  )
}
