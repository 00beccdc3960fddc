import { join } from 'node:path'
import { type AvailablePeer, unavailable } from './peer.js'
import { standInIn } from './stand-in-program.js'

/** The stand-in peer, compiled. */
export function standIn(): AvailablePeer {
  const peer = standInIn(join(import.meta.dirname, '..', '..'))
  return 'missing' in peer ? unavailable(peer.missing) : peer
}
