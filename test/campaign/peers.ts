import type { AvailablePeer, PeerProgram } from '../support/available-peer.js'
import { standInIn } from '../support/stand-in-program.js'
import { tachyonIn } from '../support/tachyon-program.js'

/** The foreign peers of this machine. */
export interface PeerPrograms {
  readonly standIn: PeerProgram | undefined
  readonly tachyon: PeerProgram | undefined
  /** What is not here, and how to get it. */
  readonly missing: readonly string[]
}

function programOf(peer: AvailablePeer): PeerProgram | undefined {
  return 'program' in peer ? peer.program : undefined
}

/** @param root the project's folder */
export function peersIn(root: string): PeerPrograms {
  const standIn = standInIn(root)
  const tachyon = tachyonIn(root)
  const missing = [standIn, tachyon].flatMap((peer) => ('missing' in peer ? [peer.missing] : []))
  return { standIn: programOf(standIn), tachyon: programOf(tachyon), missing }
}
